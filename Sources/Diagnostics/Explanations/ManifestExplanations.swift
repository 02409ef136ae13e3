/// What the codes of manifests mean.
extension Explanation {
  static let fileTooLarge = Explanation(
    "A file is too large",
    """
    A manifest or project file has more than 4 MiB. Split it: a file may hold one
    connection only.
    """)

  static let notUTF8 = Explanation(
    "A file is not UTF-8 text",
    """
    YAML here is UTF-8, and allows no control characters but tab and line breaks.
    Convert the file, for example with iconv.
    """)

  static let invalidYAML = Explanation(
    "A file is not YAML",
    """
    The parser could not go on at the place shown. What stands behind it was not read,
    so more may be wrong there.
    """)

  static let nestedTooDeep = Explanation(
    "Too much nesting",
    """
    Mappings and sequences may stand in one another 64 deep. No manifest needs that.
    """)

  static let tooManyAliases = Explanation(
    "Aliases stand for too much",
    """
    Every use of an alias counts as all that it stands for; a file may reach 10,000
    values so. This keeps a small file from becoming a huge one.
    """)

  static let unknownAlias = Explanation(
    "An alias that cannot be used",
    """
    `*name` needs an `&name` before it in the same document. A sealed value cannot be
    shared by an anchor either, because it opens in one place only.
    """)

  static let mergeKey = Explanation(
    "A merge key",
    """
    `<<` is a habit of YAML 1.1 and no part of YAML 1.2. Write the merged keys out: a
    reviewer then sees them.
    """)

  static let duplicateKey = Explanation(
    "A key stands twice",
    """
    Parsers disagree on which of two equal keys counts, so a file that has them is
    refused.
    """)

  static let unsupportedTag = Explanation(
    "A tag that is not supported",
    """
    Only the core tags such as `!!str` are known. Sealed values are ordinary texts and
    need no tag.
    """)

  static let keyIsNotText = Explanation(
    "A key is not a text",
    """
    Keys of mappings are texts; a mapping, a sequence or nothing at all cannot be one.
    """)

  static let tabIndentation = Explanation(
    "A tab in the indentation",
    """
    YAML indents with spaces only. Set your editor to write spaces in YAML files.
    """)

  static let unreadableFile = Explanation(
    "A file cannot be read or written",
    """
    The system refused; its reason is in the note. Nothing was changed.
    """)

  static let wrongAPIVersion = Explanation(
    "Not a version that is known",
    """
    `apiVersion` must be `vaultctl/v1`. A newer one needs a newer vaultctl.
    """)

  static let wrongKind = Explanation(
    "Not a kind that is expected here",
    """
    Manifests are `kind: Connection`, the project file is `kind: Project` and has one
    document.
    """)

  static let missingKey = Explanation(
    "A key is missing",
    """
    The key named must be there. The help line shows what it looks like.
    """)

  static let unknownKey = Explanation(
    "An unknown key",
    """
    No key is silently passed over, because a typo would then change what is applied.
    Most often it is one.
    """)

  static let wrongType = Explanation(
    "A value of another kind is expected",
    """
    A text, a list, a mapping, a truth value or a whole number is expected. Unquoted
    `true` and `12` are no texts: put them in quotes.
    """)

  static let invalidName = Explanation(
    "Not a connection's name",
    """
    A name has 1 to 150 characters, no control characters, and no space at either end.
    """)

  static let duplicateName = Explanation(
    "A name is declared twice",
    """
    Names are unique in a store, so two documents cannot declare the same one.
    """)

  static let unknownApp = Explanation(
    "An unknown app",
    """
    The app is neither in the catalog nor under `apps:` of the project file. Apps are
    written in lower case: `google_sheets`.
    """)

  static let unknownSetupType = Explanation(
    "An unknown setup type",
    """
    The app has no setup of this type. Types are written in lower case: `api_key`.
    """)

  static let unknownField = Explanation(
    "An unknown field",
    """
    The setup has no field of this name. A setup that is open takes any field, and
    treats it as secret.
    """)

  static let tooShort = Explanation(
    "A value is too short",
    """
    The catalog gives the least length of this field. An empty text is no credential.
    """)

  static let tooLong = Explanation(
    "A value is too long",
    """
    The catalog gives the greatest length of this field.
    """)

  static let notOneOf = Explanation(
    "A value that is not allowed here",
    """
    The note lists what can stand here. Upper and lower case matter.
    """)

  static let invalidFormat = Explanation(
    "A value of another form is expected",
    """
    A URL must be https without user and password, a host name has no scheme and no
    port.
    """)

  static let invalidScope = Explanation(
    "Not a scope",
    """
    A scope is one word. Write each as an item of the list.
    """)

  static let duplicateScope = Explanation(
    "A scope is listed twice",
    """
    Remove one of the two.
    """)

  static let emptyDocument = Explanation(
    "Nothing in it",
    """
    A manifest holds at least one document, and the project file exactly one.
    """)

  static let uselessPublicField = Explanation(
    "A public field that cannot be one",
    """
    `publicFields` is for fields that the catalog does not know, in setups that are open
    to them. What the catalog calls secret stays so.
    """)

  static let invalidLabel = Explanation(
    "A label that cannot be used",
    """
    A label's key has 1 to 63 letters, digits, `.`, `_`, `/` or `-`; its value has at
    most 255 characters.
    """)

  static let formerNameTaken = Explanation(
    "A former name that cannot be one",
    """
    `metadata.renamedFrom` names what a connection was called before, so that the store's
    connection of that name is renamed and not made anew. A name that another connection has,
    or had too, would leave open which of them is meant. `vaultctl rename OLD NEW` writes it.
    """)
}
