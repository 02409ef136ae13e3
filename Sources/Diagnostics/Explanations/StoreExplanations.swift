/// What the codes of stores, and of faults of our own mean.
extension Explanation {
  static let storeUnavailable = Explanation(
    "Store unavailable",
    """
    The store could not be opened or reached; the note says why. `vaultctl doctor` checks it again.
    Nothing was changed unless the message says so.
    """)

  static let storeModeTooLoose = Explanation(
    "Store accessible to other users",
    """
    The store file's mode must be 0600 and its folder's 0700, or stricter.
    """)

  static let storeIsSymlink = Explanation(
    "Store is a symbolic link",
    """
    Anyone who can change the link could redirect the store.
    """)

  static let versionConflict = Explanation(
    "Connection changed since the plan",
    """
    Something else wrote the connection between the plan and this write. Nothing was overwritten;
    plan again.
    """)

  static let storeLocked = Explanation(
    "Another apply is running",
    """
    Two applies never run at once. The lock of a process that is gone, or that gave no sign of life for
    60 seconds, is taken over. Wait longer with `--lock-timeout`, or, if that process no longer exists,
    run `vaultctl unlock`.
    """)

  static let lockTakenOver = Explanation(
    "Lock taken over",
    """
    The holder is gone or was silent for too long. Its unfinished changes are planned again.
    """)

  static let interruptedApply = Explanation(
    "Interrupted apply",
    """
    Each change is all or nothing. The next plan and apply finish what is left.
    """)

  static let storeTooNew = Explanation(
    "Store written by a newer vaultctl",
    """
    Use the version of vaultctl that wrote it, or a newer one.
    """)

  static let storeCorrupt = Explanation(
    "Store damaged",
    """
    The file is damaged, was tampered with, is empty, or belongs to another program. `vaultctl store
    verify` names what was changed. Move the file away and run `vaultctl store restore FILE`; only if
    you know who changed it and why, `vaultctl store accept` accepts it.
    """)

  static let storeKeyUnavailable = Explanation(
    "Store key unavailable",
    """
    The store's values are encrypted with a key that is itself sealed for the project's recipients. No
    secret key of theirs is available here. Run the command where one is; `vaultctl recipients list`
    names them.
    """)

  static let storeWriteFailed = Explanation(
    "Store could not be written",
    """
    The disk may be full or read-only. Completed changes are kept.
    """)

  static let nameTaken = Explanation(
    "Name taken",
    """
    A connection with this name appeared in the store after the plan. Nothing was overwritten. Plan
    again; `--adopt` takes it over.
    """)

  static let notInStore = Explanation(
    "Not in the store",
    """
    The store has no connection with this name. Apply first.
    """)

  static let lockLost = Explanation(
    "Lock lost",
    """
    Another apply took the lock over, because this one gave no sign of life for 60 seconds. This
    one stopped between two changes.
    """)

  static let storeUnauthorized = Explanation(
    "Login refused",
    """
    An Auth0 tenant accepts `AUTH0_API_TOKEN`, or `AUTH0_CLIENT_ID` and `AUTH0_CLIENT_SECRET`;
    OpenBao accepts `BAO_TOKEN` or a configured login. They come from the environment or from
    `credentialsCommand`.
    """)

  static let storePermission = Explanation(
    "Permission missing",
    """
    On an Auth0 tenant, a plan needs the scopes `read:flows_vault_connections` and `read:flows`; an
    apply also creates, updates and deletes. Missing permissions are reported before anything is
    written.
    """)

  static let storeRefused = Explanation(
    "Request refused",
    """
    The store rejected the request. Its message is not shown, because it may quote the request; its
    error code and the property it names are.
    """)

  static let ambiguousName = Explanation(
    "Two connections with one name",
    """
    Manifests identify connections by name, and the store has several with this name. None of them is
    touched unless one is recorded as applied, because it is not clear which one is meant. If the name is
    declared, an apply does not count as complete.
    """)

  static let outcomeUnknown = Explanation(
    "Response lost",
    """
    The connection to the server broke after a write was sent and before the response arrived. The
    journal records what was intended; the next apply checks the result and continues from there.
    """)

  static let ledgerFailed = Explanation(
    "Ledger cannot be used",
    """
    The applied records of a store that cannot hold them are kept in the repository, in the ref
    `refs/vaultctl/ledger/…`. The ref must exist, be readable and be intact.
    """)

  static let ledgerMoved = Explanation(
    "Another apply was first",
    """
    The ledger moves by compare-and-swap: of two concurrent applies one wins, and the other stops
    before it writes anything.
    """)

  static let unfinishedChange = Explanation(
    "Change not completed",
    """
    A part of the change reached the store, and what follows it, such as recording it, failed. The
    journal still has the intent; the next apply looks up what was done and completes the change.
    `apply` exits with 4, because something may have changed.
    """)

  static let ledgerRejected = Explanation(
    "Remote refused the ledger",
    """
    The git remote can be reached, and did not accept a push to `refs/vaultctl/ledger/…`: the login
    may not write, a hook declined it, or the server protects or hides the ref. The notes are the
    remote's own words. vaultctl creates, force-pushes and deletes refs below `refs/vaultctl/`, each
    only if it still has the value that was read.
    """)

  static let ledgerUnreachable = Explanation(
    "Ledger's remote cannot be reached",
    """
    The ledger is read from and pushed to the remote `origin`, or the only one, because its ref there
    is the lock. `git ls-remote` shows whether git can reach the remote with the same login.
    """)

  static let ledgerUntrusted = Explanation(
    "Ledger cannot be trusted",
    """
    Every state of a ledger has a code under the ledger's own key and, with `signing: required`, a
    signature. This state has none that counts, or its key is not the one that was seen before and
    does not follow from it, or this machine has seen a newer state. A person who may push to
    `refs/vaultctl/` wrote it, or put an older state back; or a colleague ran
    `vaultctl ledger rebuild` without the previous key. Nothing is planned or applied from it.
    `vaultctl ledger accept` takes it as it is, and `vaultctl ledger rebuild` begins a new one.
    """)

  static let ledgerUnverified = Explanation(
    "Ledger not verified",
    """
    Whether a ledger is authentic can be seen only with its key, or by the signature of its state.
    A plan without them shows what the ledger says. An apply verifies it before it writes anything.
    """)

  static let backupDamaged = Explanation(
    "Backup cannot be restored",
    """
    The file is not a backup of vaultctl, was changed or cut off, was written by a newer version, or is
    a backup of another project or environment. Every part of a backup is authenticated, so nothing of
    a damaged one is restored. Nor is a store that was changed before it was backed up, where no key
    could show that. `vaultctl store restore --to FILE` writes the store of a whole backup to
    another file, to look at it.
    """)

  static let storeTracked = Explanation(
    "Store is tracked by git",
    """
    The file of a SQLite store or ledger is tracked by git, so that a checkout, a merge or a pull
    request could replace it. It must be ignored, or outside the work tree.
    """)

  static let storeNotAsked = Explanation(
    "Store not read",
    """
    `plan --offline` compares the manifests with the last applied records. It needs no credentials,
    no key and no network, so it can run for a pull request from a fork. It cannot detect drift.
    """)

  static let storeMisconfigured = Explanation(
    "Store misconfigured",
    """
    The project file or the environment names a mount, namespace or server that does not exist,
    has another kind, or has a certificate that this machine does not trust.
    """)

  static let manifestBehind = Explanation(
    "Manifest is older than the store",
    """
    `rollback` restored an older version, and the manifest still declares the newer one. Check out
    the manifest from the commit that the older version came from; the next plan then only records
    it.
    """)

  static let internalFault = Explanation(
    "Internal error",
    """
    This should not happen. Please report it with the command that was run.
    """)

  static let ownedByOther = Explanation(
    "Connection of another owner",
    """
    A write was refused because another project or environment applied the connection. It may have
    done so after the plan.
    """)

  static let copyBlocked = Explanation(
    "Store not copied",
    """
    `store copy` makes an exact copy in an empty place. What changed in the store since it was applied
    has no record to copy, and what the other store already has is not overwritten. Two servers need
    two logins, so that neither gets the token of the other.
    """)

  static let copyDiffers = Explanation(
    "Copy differs from the original",
    """
    `store copy` opens every value and token of both stores after it copied them. The original is not
    removed while one of them differs.
    """)

  static let storeUnverified = Explanation(
    "Store not verified",
    """
    The embedded store authenticates, with codes under its key, everything that is not encrypted: names,
    plain values, records, expiry, versions, events. Without the key, a change in the file cannot be
    detected. Secrets are never handed out without that check. A store of an earlier version has no
    codes until the next `vaultctl apply` where its key is.
    """)

  static let foreignEntry = Explanation(
    "Foreign entry in the store",
    """
    The store has an entry that no manifest can declare, because of its name, or one in a form that
    cannot be read. It is left alone and concerns nothing else. If it is the entry of a declared
    connection, that connection is left unchanged, and an apply does not count as complete.
    """)

  static let interrupted = Explanation(
    "Interrupted by a signal",
    """
    SIGINT, SIGTERM or SIGHUP arrived. Changes in progress were finished and recorded, no further one
    was started, and the lock was released. `vaultctl apply` applies the rest. Exit code 4: a part
    was applied; 130: nothing was begun.
    """)
}
