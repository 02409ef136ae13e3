/// What the codes of planning mean.
extension Explanation {
  static let emptyConnection = Explanation(
    "Empty connection",
    """
    A required field or the whole setup is absent. This is allowed: the connection is created now
    and its credentials are added later. No flow can use it until then.
    """)

  static let scopeMissing = Explanation(
    "Declared scope not granted",
    """
    According to the store's record, the service did not grant a scope that the manifest declares.
    Authorize the connection, or record the grant with `vaultctl scopes record`. This is scope
    drift.
    """)

  static let scopeExtra = Explanation(
    "Granted scope not declared",
    """
    The connection has more access than its manifest declares. Declare the scope, or have it
    revoked at the service and record that. This is scope drift.
    """)

  static let drift = Explanation(
    "Drift",
    """
    The connection in the store is no longer what vaultctl last applied: it drifted, because
    someone changed it outside git. The next apply restores what the manifest declares; to keep the
    change, copy it into the manifest.
    """)

  static let conflict = Explanation(
    "Conflict",
    """
    Both the manifest and the store changed since the last apply. Applying would overwrite the
    change in the store, so it requires `--force-conflicts`.
    """)

  static let undecided = Explanation(
    "Secret may have changed",
    """
    The value was sealed again, and no key is available here to compare it with the applied one. An
    apply, which has a key, writes it.
    """)

  static let adoptable = Explanation(
    "Connection already in the store",
    """
    The connection is declared, and something else created it in the store. It is never overwritten
    silently: `--adopt` takes it over.
    """)

  static let unmanaged = Explanation(
    "Connection not managed",
    """
    The connection exists in the store, no manifest declares it, and vaultctl did not create it. It
    is left alone.
    """)

  static let orphaned = Explanation(
    "Connection no longer declared",
    """
    vaultctl created the connection, and no manifest declares it any more. `--prune` deletes it.
    """)

  static let unknownTarget = Explanation(
    "Target not found",
    """
    `--target` names a connection that is neither declared nor in the store.
    """)

  static let policyViolated = Explanation(
    "Policy violated",
    """
    The plan has a finding that `policy.failOn` in the project file, or `--fail-on`, does not
    allow. The exit code is 3.
    """)

  static let missingInStore = Explanation(
    "Connection missing from the store",
    """
    The connection was applied, and then deleted in the store outside git. The next apply creates
    it again.
    """)

  static let destroyPrevented = Explanation(
    "Deletion prevented",
    """
    The change would delete the connection, and `lifecycle.preventDestroy` is set.
    """)

  static let stalePlan = Explanation(
    "Saved plan out of date",
    """
    `apply FILE` does exactly what the plan says, and refuses if a manifest, a version in the store,
    an applied record or the recipients changed since it was made. Nothing was applied. Create a
    new plan and have it approved. A plan without changes never goes out of date.
    """)

  static let planForAnotherStore = Explanation(
    "Saved plan for another store",
    """
    A saved plan belongs to one project, environment and store: its address, namespace, mount,
    prefix, login and ledger. The notes name what differs. The store that is configured now was not
    asked for anything. Apply the plan where it was made for, or create a new one.
    """)

  static let notAPlan = Explanation(
    "Not a saved plan",
    """
    The file was not written by `vaultctl plan --out`, is damaged, or has a format that this
    version cannot read. Create the plan again with this version.
    """)

  static let tooManyChanges = Explanation(
    "Too many changes",
    """
    With ten or more managed connections, an apply that would update, replace or delete more than 30 %
    of them is refused, because a bad merge looks like this. Review the plan, then apply with `--force`.
    """)

  static let nothingDeclared = Explanation(
    "Nothing declared",
    """
    The plan would delete everything that vaultctl manages: no connection is declared, or the plan was
    made with `--destroy`. A wrong folder or an empty checkout looks like this. Review the plan, then
    apply with `--force`.
    """)

  static let renameBlocked = Explanation(
    "Rename not possible",
    """
    `metadata.renamedFrom` renames the connection in the store and keeps its ID, so that flows
    continue to work. It requires a connection that vaultctl manages, and the same app.
    """)

  static let flowNamesNone = Explanation(
    "Flow uses an undeclared connection",
    """
    An action's `connection_id` is a connection's name or its ID in the store. No manifest declares
    this one, so this project does not manage it.
    """)

  static let flowWrongApp = Explanation(
    "Action uses the wrong app",
    """
    An action accepts only connections of its own app. With this connection it fails at run time.
    """)

  static let flowLacksConnection = Explanation(
    "Action without a connection",
    """
    According to the catalog the action requires a connection, and the flow names none.
    `vaultctl new --from-flow FILE` scaffolds one.
    """)

  static let scopeRequired = Explanation(
    "Required scope not declared",
    """
    An action that uses this connection requires a scope that `spec.scopes` does not list, so the
    service may reject the request. Declare the scope, then authorize the connection for it.
    """)

  static let usedConnection = Explanation(
    "Connection in use",
    """
    A flow uses the connection that would be deleted, or replaced by one with another ID, and would
    fail at run time. Change the flow first, or apply with `--force`.
    """)

  static let flowUnreadable = Explanation(
    "Flow cannot be read",
    """
    Something in a flow's definition cannot be read: it is not JSON, or it refers to a connection in a
    form that says nothing about which one. The flow may use any connection, so none is deleted or
    replaced while it is like that, unless `--force` confirms it.
    """)

  static let setupIncomplete = Explanation(
    "Incomplete setup for a connection that has one",
    """
    The manifest has a part of a setup. The connection in the store has a setup that no record
    describes, because it was imported or a person added it there. The store does not return setups and
    writes them only as a whole, so the part can neither be added nor replace it. Complete the setup,
    or remove it from the manifest to leave the store's as it is. An apply leaves the connection
    unchanged and does not count as complete.
    """)

  static let foreignConnection = Explanation(
    "Connection of another owner",
    """
    Every applied record names its owner: the project's id and the environment. The connection was
    applied by another owner, so this project neither changes nor deletes it. Declare it in one
    project and environment only, or give each its own place in the store.
    """)

  static let unclaimedRecord = Explanation(
    "Record without an owner",
    """
    The connection was applied before records had owners, in a store that several projects may use.
    `vaultctl upgrade` claims the connections that this project and environment declare.
    """)

  static let redirected = Explanation(
    "Secret redirected",
    """
    A secret stays the same, and the hosts that it or its tokens are sent to change: an endpoint of
    its app, an address in its setup, or its app itself. The operator of the new host would
    get the credential. This fails a plan and an apply unless `--allow-redirect NAME` accepts it.

    A plan without a key cannot compare a secret that was sealed again. It warns that the secret may
    be unchanged; the plan of the apply, which has a key, decides.
    """)

  static let appOverridden = Explanation(
    "Built-in app defined again",
    """
    `apps` in the project file defines an app that is built in, and its definition is used instead:
    its endpoints get the credentials of every connection of the app. Fields that are secret in the
    built-in app stay secret.
    """)
}
