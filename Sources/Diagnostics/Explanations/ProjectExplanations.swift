/// What the codes of the project file mean.
extension Explanation {
  static let projectNotFound = Explanation(
    "No project",
    """
    vaultctl looks for vaultctl.yaml in the present folder and above it, or in the
    folder that `--project` names.
    """)

  static let invalidProjectName = Explanation(
    "Not a project's name",
    """
    The name goes into every sealed value. It has 1 to 100 of `a-z`, `0-9`, `.`, `_` and
    `-`, a letter or digit first.
    """)

  static let invalidPath = Explanation(
    "A path leads out of the project",
    """
    Paths in the project file are relative to it and have no `..`.
    """)

  static let manifestsNotFound = Explanation(
    "Manifests are not there",
    """
    A path under `manifests` leads nowhere. It can be a file or a folder.
    """)

  static let unknownStore = Explanation(
    "An unknown store",
    """
    `store.type` can be `sqlite`.
    """)

  static let invalidAppDefinition = Explanation(
    "An app of the project's is not well defined",
    """
    An app has at least one setup, a setup its fields; ids are lower case. The message
    says what is wrong.
    """)

  static let noRecipientRule = Explanation(
    "Nobody to seal for",
    """
    Secrets are sealed for the keys of the first rule under `recipients` whose `path`
    matches the file. No rule matches, or it names no key.
    """)

  static let unknownFinding = Explanation(
    "An unknown finding",
    """
    `policy.failOn` takes the names of findings that the note lists.
    """)

  static let alreadyExists = Explanation(
    "It is there already",
    """
    vaultctl never overwrites a file of yours with a new one.
    """)

  static let connectionNotFound = Explanation(
    "No such connection is declared",
    """
    No manifest of the project declares a connection of this name.
    """)

  static let gitFailed = Explanation(
    "git did not do what it was asked",
    """
    git is missing, the folder is in no repository, or git refused; its own words are in the
    note.
    """)

  static let invalidEnvironment = Explanation(
    "An environment that cannot be one",
    """
    An environment has a name of its own and a folder of its own, in which nothing of the base
    or of another environment lies: the folder decides for which environment a value is sealed.
    """)

  static let environmentNotFound = Explanation(
    "Which environment is not told",
    """
    `--env` names one of `environments` in the project file. In a project with environments
    that gives the base no store, what asks a store needs `--env`.
    """)

  static let invalidFlow = Explanation(
    "A flow that cannot be read",
    """
    The globs under `flows` name files with one flow each, as the vendor's tools export them:
    a JSON object with `id` or `name`, and `actions`, a list of objects with `id`, `type`,
    `action` and `params`. The message says what is otherwise.
    """)

  static let invalidStore = Explanation(
    "A store's address that cannot be one",
    """
    A tenant is named by its domain alone. Another address of its API is `https`; plain `http`
    is taken for this machine alone, as a login goes there.
    """)

  static let outputNotWritten = Explanation(
    "Output could not be written",
    """
    stdout accepted only a part of the result; the note says why, usually a full disk. Changes that
    the command made in files or in a store remain. A reader that closes its pipe early, as `head`
    does, is not an error.
    """)
}
