/// What the codes of stores, and of faults of our own mean.
extension Explanation {
  static let storeUnavailable = Explanation(
    "The store cannot be used",
    """
    It could not be opened or reached; the note says why.
    """)

  static let storeModeTooLoose = Explanation(
    "Others may reach the store",
    """
    The file must be 0600 and its folder 0700.
    """)

  static let storeIsSymlink = Explanation(
    "The store is a symbolic link",
    """
    Whoever can change the link could lead the store elsewhere.
    """)

  static let versionConflict = Explanation(
    "The store moved while this ran",
    """
    Somebody wrote the connection between plan and write. Nothing of it was overwritten;
    plan again.
    """)

  static let storeLocked = Explanation(
    "Another apply is under way",
    """
    Two applies never run at once. The lock of a dead process, or of one silent for 60
    seconds, is taken over.
    """)

  static let lockTakenOver = Explanation(
    "A lock was taken over",
    """
    Its holder was dead or silent. What it left unfinished is planned anew.
    """)

  static let interruptedApply = Explanation(
    "An apply was interrupted",
    """
    Each change is all or nothing. The plan that follows finishes what is left.
    """)

  static let storeTooNew = Explanation(
    "The store is a newer vaultctl's",
    """
    Use the version that wrote it, or a newer one.
    """)

  static let storeCorrupt = Explanation(
    "The store is damaged",
    """
    What is there cannot be what vaultctl wrote: damaged, or tampered with. Put a copy
    back.
    """)

  static let storeKeyUnavailable = Explanation(
    "The store's key cannot be opened",
    """
    The store's values are sealed under a key that is an OpenPGP message to the
    project's recipients; none of them is here.
    """)

  static let storeWriteFailed = Explanation(
    "The store could not be written",
    """
    The disk may be full or read-only. What was done is kept.
    """)

  static let nameTaken = Explanation(
    "The name is taken",
    """
    A connection of this name appeared in the store after the plan.
    """)

  static let notInStore = Explanation(
    "Not in the store",
    """
    The store has no connection of this name; apply first.
    """)

  static let lockLost = Explanation(
    "The lock was lost",
    """
    Another apply took it over, because this one gave no sign of life for 60 seconds. It
    stopped between two changes.
    """)

  static let storeUnauthorized = Explanation(
    "The login was refused",
    """
    A tenant's API takes `AUTH0_API_TOKEN`, or a token that it gives for `AUTH0_CLIENT_ID` and
    `AUTH0_CLIENT_SECRET`; they come from the environment or from `credentialsCommand`.
    """)

  static let storePermission = Explanation(
    "A permission is missing",
    """
    A plan reads (`read:flows_vault_connections`, `read:flows`); an apply also creates, updates
    and deletes. What the token lacks is told before anything is written.
    """)

  static let storeRefused = Explanation(
    "A request was refused",
    """
    The backend does not take what it was given. Its message is not shown, as it may quote the
    request; its code and the property that it names are.
    """)

  static let ambiguousName = Explanation(
    "Two connections of one name",
    """
    Manifests name connections, and the tenant has two of this name. Which is meant cannot be
    told, so nothing is done.
    """)

  static let outcomeUnknown = Explanation(
    "A lost answer",
    """
    The connection broke after a write was sent and before it was answered. The ledger knows
    what was meant; the next apply looks at what became of it and goes on from there.
    """)

  static let ledgerFailed = Explanation(
    "The ledger cannot be used",
    """
    The applied records of a store that can hold none are in the ref `refs/vaultctl/ledger/…`
    of the repository. It must be there, readable, and whole.
    """)

  static let ledgerMoved = Explanation(
    "Somebody else was first",
    """
    The ledger moves by compare-and-swap: of two applies at once one wins, and the other stops
    before it writes anything.
    """)

  static let storeNotAsked = Explanation(
    "The store was not asked",
    """
    `plan --offline` compares the manifests with what was last recorded. It needs no login, no
    key and no network, so it runs for a pull request from a fork; drift does not show.
    """)

  static let storeMisconfigured = Explanation(
    "The store is not as it is said to be",
    """
    The project file, or the environment, names a mount, a namespace or a server that is not
    there, that is of another kind, or that this machine has no reason to trust.
    """)

  static let manifestBehind = Explanation(
    "Git is behind the store",
    """
    `rollback` put an older version back, and the manifest declares the newer one. Take the
    manifest of the commit that the older version came from; a plan then has nothing to do but
    to record it.
    """)

  static let internalFault = Explanation(
    "A fault of vaultctl",
    """
    This should not happen. Please report it with the command that was run.
    """)
}
