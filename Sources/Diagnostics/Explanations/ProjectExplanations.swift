/// What the codes of the project file mean.
extension DiagnosticCode {
  var projectExplanation: Explanation? {
    switch self {
    case .projectNotFound:
      Explanation(
        "No project",
        """
        vaultctl looks for vaultctl.yaml in the present folder and above it, or in the
        folder that `--project` names.
        """)
    case .invalidProjectName:
      Explanation(
        "Not a project's name",
        """
        The name goes into every sealed value. It has 1 to 100 of `a-z`, `0-9`, `.`, `_` and
        `-`, a letter or digit first.
        """)
    case .invalidPath:
      Explanation(
        "A path leads out of the project",
        """
        Paths in the project file are relative to it and have no `..`.
        """)
    case .manifestsNotFound:
      Explanation(
        "Manifests are not there",
        """
        A path under `manifests` leads nowhere. It can be a file or a folder.
        """)
    case .unknownStore:
      Explanation(
        "An unknown store",
        """
        `store.type` can be `sqlite`.
        """)
    case .invalidAppDefinition:
      Explanation(
        "An app of the project's is not well defined",
        """
        An app has at least one setup, a setup its fields; ids are lower case. The message
        says what is wrong.
        """)
    case .noRecipientRule:
      Explanation(
        "Nobody to seal for",
        """
        Secrets are sealed for the keys of the first rule under `recipients` whose `path`
        matches the file. No rule matches, or it names no key.
        """)
    case .unknownFinding:
      Explanation(
        "An unknown finding",
        """
        `policy.failOn` takes the names of findings that the note lists.
        """)
    case .alreadyExists:
      Explanation(
        "It is there already",
        """
        vaultctl never overwrites a file of yours with a new one.
        """)
    case .connectionNotFound:
      Explanation(
        "No such connection is declared",
        """
        No manifest of the project declares a connection of this name.
        """)
    case .gitFailed:
      Explanation(
        "git did not do what it was asked",
        """
        git is missing, the folder is in no repository, or git refused; its own words are in the
        note.
        """)
    case .invalidEnvironment:
      Explanation(
        "An environment that cannot be one",
        """
        An environment has a name of its own and a folder of its own, in which nothing of the base
        or of another environment lies: the folder decides for which environment a value is sealed.
        """)
    case .environmentNotFound:
      Explanation(
        "Which environment is not told",
        """
        `--env` names one of `environments` in the project file. In a project with environments
        that gives the base no store, what asks a store needs `--env`.
        """)
    case .invalidFlow:
      Explanation(
        "A flow that cannot be read",
        """
        The globs under `flows` name files with one flow each, as the vendor's tools export them:
        a JSON object with `id` or `name`, and `actions`, a list of objects with `id`, `type`,
        `action` and `params`. The message says what is otherwise.
        """)
    case .invalidStore:
      Explanation(
        "A store's address that cannot be one",
        """
        A tenant is named by its domain alone. Another address of its API is `https`; plain `http`
        is taken for this machine alone, as a login goes there.
        """)
    case .outputNotWritten:
      Explanation(
        "The output could not be written",
        """
        stdout took only a part of the result, for the reason in the note: a full disk, most often.
        What the command changed in files or in a store is changed all the same. A reader that
        closes its pipe early, as `head` does, is no error.
        """)
    default: nil
    }
  }
}
