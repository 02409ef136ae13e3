/// What the codes of the project file mean.
extension Explanation {
  static let projectNotFound = Explanation(
    "No project found",
    """
    vaultctl looks for vaultctl.yaml in the current folder and its parents, or in the folder given
    with `--project`.
    """)

  static let invalidProjectName = Explanation(
    "Invalid project name",
    """
    Every sealed value contains the project's name. It has 1 to 100 characters of `a-z`, `0-9`,
    `.`, `_` and `-`, and starts with a letter or digit.
    """)

  static let invalidPath = Explanation(
    "Path leaves the project",
    """
    Paths in the project file are relative to the project and must not contain `..`.
    """)

  static let manifestsNotFound = Explanation(
    "Manifests not found",
    """
    A path under `manifests` does not exist. A missing folder counts as empty (a warning), because git
    does not keep empty folders. A missing file is an error: create it, or remove it from `manifests`.
    """)

  static let unknownStore = Explanation(
    "Unknown store type",
    """
    `store.type` is `sqlite`, `openbao` or `auth0`.
    """)

  static let invalidAppDefinition = Explanation(
    "Invalid app definition",
    """
    An app has at least one setup, each setup has its fields, and identifiers are lower case. The
    message says what is wrong.
    """)

  static let noRecipientRule = Explanation(
    "No recipient chosen",
    """
    Secrets are sealed for the keys of the first rule under `recipients` whose `path` matches the
    file. Either no rule matches, or the matching rule lists no key.
    """)

  static let unknownFinding = Explanation(
    "Unknown finding",
    """
    `policy.failOn` and `--fail-on` accept the findings listed in the note.
    """)

  static let alreadyExists = Explanation(
    "File already exists",
    """
    vaultctl never overwrites an existing file with a new one.
    """)

  static let connectionNotFound = Explanation(
    "Connection not declared",
    """
    No manifest in the project declares a connection with this name.
    """)

  static let gitFailed = Explanation(
    "git failed",
    """
    git is not installed, the folder is not in a repository, or git reported an error. The note
    quotes git.
    """)

  static let invalidEnvironment = Explanation(
    "Invalid environment",
    """
    Each environment has its own name, its own id and its own folder, which must not contain files of
    the base or of another environment: the folder decides which environment a value is sealed for. The
    id is its name, unless `id` says otherwise: `vaultctl rename-environment OLD NEW` writes it, so that
    the environment keeps its store, records and sealed values. A new environment that takes a name
    which is another's id needs an id of its own.
    """)

  static let environmentNotFound = Explanation(
    "No environment selected",
    """
    `--env` selects one of the `environments` in the project file. It is required for commands that
    use a store when the project has environments and the base has no store of its own.
    """)

  static let invalidFlow = Explanation(
    "Invalid flow definition",
    """
    The globs under `flows` name files with one flow each, in the format of the vendor's export: a
    JSON object with `id` or `name`, and `actions`, a list of objects with `id`, `type`, `action`
    and `params`. The message says what differs.
    """)

  static let invalidStore = Explanation(
    "Invalid store address",
    """
    An Auth0 tenant is named by its domain alone. Any other API address must use `https`; plain
    `http` is accepted only for this machine, because credentials are sent there.
    """)

  static let outputNotWritten = Explanation(
    "Output could not be written",
    """
    stdout accepted only a part of the result; the note says why, usually a full disk. Changes that
    the command made in files or in a store remain; after changes in a store, `apply` and `rollback`
    exit with code 4. A reader that closes its pipe early, as `head` does, is not an error.
    `refresh --watch` continues, and shows later results once they can be written.
    """)

  static let projectWithoutID = Explanation(
    "Project without an id",
    """
    Applied records name the project that owns them by its id, because two projects can have the same
    name. `vaultctl init` writes a random id; `vaultctl upgrade` adds one to an older project.
    """)

  static let notImported = Explanation(
    "Not imported from another tool",
    """
    `vaultctl import --from` takes what it can and reports the rest: a name that a manifest already
    declares, an app or a setup that the catalog does not have, fields of no setup, and values that
    are placeholders, references or another tool's ciphertext, whose fields stay empty. It never
    overwrites a manifest, so it can be run again after a fix. It exits with 4 if something was left.
    """)

  static let notExported = Explanation(
    "Not exported to another tool",
    """
    `vaultctl export` writes what the other tool's form can express and reports the rest: scopes, labels
    and annotations, apps of the project's own, setups that lack a required field, fields whose value is
    only in the store, and values that the form cannot hold. It exits with 4 then, and never overwrites a
    file.
    """)

  static let storesMeet = Explanation(
    "Environments share a store",
    """
    Two environments, or an environment and the base, would keep their connections in the same place.
    Give each its own: another path, prefix, mount, namespace or domain.
    """)

  static let portUnavailable = Explanation(
    "Port not available",
    """
    `serve` listens on 127.0.0.1 alone, and another program has the port already, or it is one that
    only root may use. Without `--port` the system chooses a free one.
    """)
}
