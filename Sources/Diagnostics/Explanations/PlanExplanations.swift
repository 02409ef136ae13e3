/// What the codes of planning mean.
extension Explanation {
  static let emptyConnection = Explanation(
    "An empty connection",
    """
    A required field is absent, or there is no setup. That is legal: the connection is
    created now and filled later. No flow can use it until then.
    """)

  static let scopeMissing = Explanation(
    "A declared scope was not granted",
    """
    The manifest declares a scope that the service did not grant, as far as the store
    has it recorded. Authorize the connection, then `vaultctl scopes record`.
    """)

  static let scopeExtra = Explanation(
    "A granted scope is not declared",
    """
    The connection can do more than its manifest says. Declare the scope, or have it
    taken back and record that.
    """)

  static let drift = Explanation(
    "A connection was changed outside of its manifest",
    """
    The store is not as vaultctl left it. An apply restores what is declared; to keep
    the change, put it in the manifest.
    """)

  static let conflict = Explanation(
    "Manifest and store both changed",
    """
    An apply would overwrite what somebody did in the store, so it wants `--force-
    conflicts`.
    """)

  static let undecided = Explanation(
    "It cannot be told whether a secret changed",
    """
    The value was sealed anew and no key is at hand to compare. An apply, which has a
    key, writes it.
    """)

  static let adoptable = Explanation(
    "A connection is in the store already",
    """
    It is declared, and somebody else made it. Nothing is overwritten unseen: `--adopt`
    takes it over.
    """)

  static let unmanaged = Explanation(
    "A connection that nobody declares",
    """
    It is in the store, and not by vaultctl. It is left alone.
    """)

  static let orphaned = Explanation(
    "A connection is no longer declared",
    """
    vaultctl made it and no manifest declares it any more. `--prune` deletes it.
    """)

  static let unknownTarget = Explanation(
    "No such target",
    """
    `--target` names a connection that is neither declared nor in the store.
    """)

  static let policyViolated = Explanation(
    "The policy does not allow a finding",
    """
    `policy.failOn` of the project file, or `--fail-on`, names a finding that the plan
    has. Exit code 3.
    """)

  static let missingInStore = Explanation(
    "A connection is gone from the store",
    """
    It was applied, and somebody deleted it in the store. An apply creates it anew.
    """)

  static let destroyPrevented = Explanation(
    "A deletion is forbidden",
    """
    `lifecycle.preventDestroy` is set, and the change would delete the connection.
    """)

  static let stalePlan = Explanation(
    "A saved plan is out of date",
    """
    `apply FILE` does exactly what the plan says, and refuses where a manifest, the store's
    version, the applied record or the recipients are others than when it was made.
    Nothing was applied. Plan anew and have that one approved. A plan without changes is
    never out of date.
    """)

  static let notAPlan = Explanation(
    "A file is no saved plan",
    """
    It was not written by `vaultctl plan --out`, was damaged, or is of a format that this
    version does not read. Plan anew with this version.
    """)

  static let tooManyChanges = Explanation(
    "A large part of the connections would change",
    """
    Where ten or more connections are managed, an apply that deletes, replaces or updates more
    than 30 % of them is refused: a bad merge looks like this. Look at the plan, then give
    `--force`.
    """)

  static let nothingDeclared = Explanation(
    "Nothing is declared, and everything would be deleted",
    """
    The project declares no connection at all, and the plan deletes what the store has. A wrong
    folder or an empty checkout looks like this. Look at the plan, then give `--force`.
    """)

  static let renameBlocked = Explanation(
    "A rename that cannot be done",
    """
    `metadata.renamedFrom` renames the store's connection and keeps its id, so that flows that
    use it go on. That needs a connection of vaultctl's own, and of the same app.
    """)

  static let flowNamesNone = Explanation(
    "A flow uses a connection that is not declared",
    """
    An action's `connection_id` is the name of a connection, or the id that the store has it
    under. No manifest declares it, so nobody looks after it here.
    """)

  static let flowWrongApp = Explanation(
    "An action uses another app's connection",
    """
    An action takes connections of its own type only; with this one it fails when the flow runs.
    """)

  static let flowLacksConnection = Explanation(
    "An action lacks a connection",
    """
    The catalog says that the action needs a connection, and the flow names none for it.
    `vaultctl new --from-flow FILE` scaffolds one.
    """)

  static let scopeRequired = Explanation(
    "A flow needs a scope that is not declared",
    """
    An action that uses this connection needs a scope that `spec.scopes` does not list, so the
    service may refuse what the flow asks. Declare it, then authorize the connection for it.
    """)

  static let usedConnection = Explanation(
    "A flow uses what would be deleted",
    """
    The flow would be left with a connection that is gone, and fail when it runs. Change the flow
    first, or say that it is meant: `--force`.
    """)
}
