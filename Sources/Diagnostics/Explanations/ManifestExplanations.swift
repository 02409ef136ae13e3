/// What the codes of manifests mean.
extension Explanation {
  static let fileTooLarge = Explanation(
    "File too large",
    """
    A manifest or project file may be at most 4 MiB. Split the file: each file may hold a single
    connection.
    """)

  static let notUTF8 = Explanation(
    "File is not UTF-8 text",
    """
    Manifests are UTF-8 without control characters other than tab and line breaks. Convert the
    file, for example with iconv.
    """)

  static let invalidYAML = Explanation(
    "Invalid YAML",
    """
    The parser stopped at the location shown. Everything after it was not read, so there may be
    more errors.
    """)

  static let nestedTooDeep = Explanation(
    "Nesting too deep",
    """
    Mappings and sequences may be nested at most 64 levels deep. No manifest needs that.
    """)

  static let tooManyAliases = Explanation(
    "Aliases expand to too many values",
    """
    Each use of an alias counts as everything it expands to, and a file may expand to at most
    10,000 values. This limit stops a small file from expanding into a huge one.
    """)

  static let unknownAlias = Explanation(
    "Alias cannot be used",
    """
    `*name` needs an `&name` before it in the same document.
    """)

  static let mergeKey = Explanation(
    "Merge key",
    """
    `<<` is a YAML 1.1 extension and not part of YAML 1.2. Write the merged keys out, so that a
    reviewer sees them.
    """)

  static let duplicateKey = Explanation(
    "Duplicate key",
    """
    Parsers disagree about which of two equal keys counts, so a file with duplicate keys is
    refused.
    """)

  static let unsupportedTag = Explanation(
    "Unsupported tag",
    """
    Only core tags such as `!!str` are supported. Sealed values are plain strings and need no tag.
    """)

  static let keyIsNotText = Explanation(
    "Key is not a string",
    """
    Mapping keys must be strings; a mapping, a sequence or null cannot be a key.
    """)

  static let tabIndentation = Explanation(
    "Tab in indentation",
    """
    YAML is indented with spaces only. Configure your editor to insert spaces in YAML files.
    """)

  static let unreadableFile = Explanation(
    "File cannot be read or written",
    """
    The operating system refused; the note gives its reason. Nothing was changed.
    """)

  static let symbolicLink = Explanation(
    "Symbolic link",
    """
    The project file, manifests, overlays and flow definitions must be files of the project itself. A
    link is neither followed nor skipped, in the work tree, in git's index and in commits alike: what it
    leads to may lie outside the repository, and may change without a change that a review shows. Replace
    the link with what it leads to. A link below `connections` is refused whatever it leads to, because
    it may be a folder of manifests; elsewhere, only a link where a file is expected is.
    """)

  static let notRegularFile = Explanation(
    "Not a regular file",
    """
    A folder, a FIFO, a socket or a device is in the place of a file. Reading some of them never ends, so
    that nothing but regular files is read.
    """)

  static let nestedRepository = Explanation(
    "Repository within the project",
    """
    A folder of manifests contains another git repository, such as a submodule. Its files are not part
    of this repository's commits, so that neither a review nor `vaultctl diff` would show their changes.
    Add the files to this repository.
    """)

  static let keyTooLong = Explanation(
    "Key too long",
    """
    A key of a mapping may have at most 1,024 bytes. No key of a manifest needs more.
    """)

  static let tooManyFaults = Explanation(
    "Too many errors in one file",
    """
    Of one file, at most 1,000 errors and warnings are reported, and of one flow at most 100. Fix the
    ones that are shown; the next run reports the rest.
    """)

  static let tooManyItems = Explanation(
    "Too many entries",
    """
    A mapping or list of a manifest or of the project file may have at most 1,000 entries, and a file at
    most 10,000 documents. The limits keep the work for a file in proportion to its size.
    """)

  static let tooManyDirectives = Explanation(
    "Too many directives",
    """
    At most 100 lines of a file may begin with `%`, which begins a YAML directive. The YAML parser compares
    each directive with all others, so that a file of many of them would take minutes.
    """)

  static let sharedValue = Explanation(
    "Value shared through an anchor",
    """
    The value that a command was to write has an anchor (`&name`), or is within one, and an alias
    (`*name`) repeats it. A sealed value opens in one field only, so two fields cannot share one. Replace
    the alias with a value of its own; the command then changes the one that it was given.
    """)

  static let valueNotEditable = Explanation(
    "Value cannot be changed in place",
    """
    A command changes the bytes of its value and no others, and checks that the file reads the same
    afterwards but for that value. In the form in which this entry is written, or with the size that the
    file would have, there is no such change. Write the entry in one line, or in a file of its own.
    """)

  static let wrongAPIVersion = Explanation(
    "Unknown API version",
    """
    `apiVersion` must be `vaultctl/v1`. A later version needs a newer vaultctl.
    """)

  static let wrongKind = Explanation(
    "Unexpected kind",
    """
    A manifest has `kind: Connection`. The project file has `kind: Project` and holds one document.
    """)

  static let missingKey = Explanation(
    "Missing key",
    """
    A required key is absent. The help line shows what to add.
    """)

  static let unknownKey = Explanation(
    "Unknown key",
    """
    Unknown keys are errors, because ignoring a typo would change what is applied.
    """)

  static let wrongType = Explanation(
    "Wrong type",
    """
    The value must be a string, list, mapping, boolean or integer, as the message says. Unquoted
    `true` and `12` are not strings: quote them.
    """)

  static let invalidName = Explanation(
    "Invalid connection name",
    """
    A name has 1 to 150 characters, no control characters, and no leading or trailing spaces. It is not
    `.` or `..`, which no store could keep as a path.
    """)

  static let duplicateName = Explanation(
    "Name declared twice",
    """
    Names are unique within a store, so only one document can declare each name.
    """)

  static let unknownApp = Explanation(
    "Unknown app",
    """
    The app is neither in the catalog nor under `apps:` in the project file. App names are lower
    case, for example `google_sheets`.
    """)

  static let unknownSetupType = Explanation(
    "Unknown setup type",
    """
    The app has no setup of this type. Types are lower case, for example `api_key`.
    """)

  static let unknownField = Explanation(
    "Unknown field",
    """
    The setup has no field with this name. An open setup accepts any field and treats unknown ones
    as secret.
    """)

  static let tooShort = Explanation(
    "Value too short",
    """
    The catalog sets a minimum length for this field. An empty string is not a credential.
    """)

  static let tooLong = Explanation(
    "Value too long",
    """
    The catalog sets a maximum length for this field.
    """)

  static let notOneOf = Explanation(
    "Value not allowed",
    """
    The note lists the allowed values. They are case-sensitive.
    """)

  static let invalidFormat = Explanation(
    "Invalid format",
    """
    A URL must use https and must not contain a user name or password. A host name has no scheme
    and no port.
    """)

  static let invalidScope = Explanation(
    "Invalid scope",
    """
    A scope contains no spaces. List each scope as a separate item. A connection has one token: where a
    service issues the person's own one besides the app's (Slack: `user:search:read`), declare a connection
    for each.
    """)

  static let duplicateScope = Explanation(
    "Duplicate scope",
    """
    Remove one of the two.
    """)

  static let emptyDocument = Explanation(
    "Empty document",
    """
    A manifest holds at least one document, and the project file exactly one.
    """)

  static let uselessPublicField = Explanation(
    "Field cannot be public",
    """
    `publicFields` applies to fields that the catalog does not list, in setups that accept
    additional fields. A field that the catalog marks as secret stays secret.
    """)

  static let invalidLabel = Explanation(
    "Invalid label",
    """
    A label key has 1 to 63 letters, digits, `.`, `_`, `/` or `-`. A label value has at most 255
    characters.
    """)

  static let formerNameTaken = Explanation(
    "Previous name already in use",
    """
    `metadata.renamedFrom` lists the connection's earlier names, so that the connection in the
    store is renamed instead of created a second time. A name that another connection uses or
    lists would be ambiguous. `vaultctl rename OLD NEW` maintains this field.
    """)
}
