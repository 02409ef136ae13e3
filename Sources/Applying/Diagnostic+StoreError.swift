package import Diagnostics
package import Model
package import Stores

extension Diagnostic {
  /// The diagnostic for an error about one connection, which it names even if the store's error does not.
  package init(_ error: StoreError, in store: StoreDescription, about name: ConnectionName) {
    let plain = Diagnostic(error, in: store)
    self.init(
      plain.code, plain.message, severity: plain.severity,
      at: plain.location ?? .connection(name.rawValue, store: store.description),
      notes: plain.notes, help: plain.help)
  }

  /// The diagnostic for a store's error; every one is created here.
  package init(_ error: StoreError, in store: StoreDescription) {
    func about(_ name: ConnectionName) -> Location {
      .connection(name.rawValue, store: store.description)
    }
    switch error {
    case .unavailable(let reason):
      self.init(
        .storeUnavailable, "the store \(store) cannot be used", notes: [reason],
        help: [
          store.type == "sqlite"
            ? "check its file and folder, then: vaultctl doctor"
            : "check that the store is running and can be reached, then: vaultctl doctor"
        ])
    case .busy(let reason):
      self.init(
        .storeUnavailable, "the store \(store) is busy", notes: [reason],
        help: ["wait longer: vaultctl apply --lock-timeout 300"])
    case .modeTooLoose(let path, let mode, let allowed):
      self.init(
        .storeModeTooLoose, "\(path) is accessible to other users",
        notes: [
          "its mode is 0\(String(mode, radix: 8)); it must be 0\(String(allowed, radix: 8)) or stricter"
        ],
        help: ["make it private: chmod \(String(allowed, radix: 8)) \(shellWord(path))"])
    case .isSymlink(let path):
      self.init(
        .storeIsSymlink, "\(path) is a symbolic link",
        notes: ["anyone who can change the link could redirect the store"],
        help: ["set `store.path` in the project file to the real file"])
    case .versionConflict(let name, let expected, let found):
      self.init(
        .versionConflict, "`\(name)` changed since the plan", at: about(name),
        notes: [
          found.map { "it was at version \(expected) and is now at \($0)" }
            ?? "it was at version \(expected) and no longer exists"
        ], help: ["plan again: vaultctl plan"])
    case .nameTaken(let name):
      self.init(
        .nameTaken, "a connection `\(name)` already exists", at: about(name),
        help: ["plan again: vaultctl plan"])
    case .ownedByOther(let name, let owner):
      self.init(
        .ownedByOther, "`\(name)` belongs to another owner", at: about(name),
        notes: ["it was applied by \(owner)"], help: ["plan again: vaultctl plan"])
    case .notFound(let name):
      self.init(
        .notInStore, "the store has no connection `\(name)`", at: about(name),
        help: ["list its connections: vaultctl status"])
    case .lockLost(let holder):
      self.init(
        .lockLost, "the store's lock was lost",
        notes: holder.map { ["\($0.who) took it over at \($0.since)"] } ?? [],
        help: ["see what is left: vaultctl plan"])
    case .tooNew(let reason):
      self.init(
        .storeTooNew, "the store \(store) was written by a newer vaultctl", notes: [reason],
        help: ["use the version of vaultctl that wrote it"])
    case .corrupt(let reason):
      self.init(
        .storeCorrupt, "the store \(store) is damaged", notes: [reason],
        help: store.type == "sqlite"
          ? [
            "move the file away, then restore a backup: vaultctl store restore FILE",
            "or see first what is damaged: vaultctl store verify",
          ] : ["restore it from its own backup, then: vaultctl plan"])
    case .notAStore(let reason):
      self.init(
        .storeCorrupt, "\(store) is not a store of vaultctl", notes: [reason],
        help: [
          "move the file away, then restore a backup: vaultctl store restore FILE",
          "if nothing was applied to it yet, remove it: the next apply makes a new store",
        ])
    case .keyUnavailable(let reason):
      self.init(
        .storeKeyUnavailable, "the store's key cannot be decrypted here", notes: [reason],
        help: [
          "run this where one of the project's secret keys is available; see: gpg --list-secret-keys"
        ])
    case .keyNotSealed(let reason):
      self.init(
        .storeKeyUnavailable, "the store's key cannot be sealed for the project's recipients",
        notes: [reason], help: ["check the recipients: vaultctl validate"])
    case .misconfigured(let reason):
      let variables = store.type == "auth0" ? "AUTH0" : "BAO"
      self.init(
        .storeMisconfigured, "\(store) is misconfigured", notes: [reason],
        help: [
          "correct `store:` in vaultctl.yaml or the \(variables)_… variables, then: vaultctl doctor"
        ])
    case .unauthorized(let reason):
      self.init(
        .storeUnauthorized, "cannot log in to \(store)", notes: [reason],
        help: [
          store.type == "auth0"
            ? "set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or AUTH0_API_TOKEN"
            : "check `store.login` and what it needs (BAO_TOKEN; BAO_ROLE_ID and BAO_SECRET_ID; or the JWT of `jwtFrom`), then: vaultctl doctor"
        ])
    case .permissionDenied(let missing):
      self.init(
        .storePermission, "permission denied by \(store)",
        notes: ["missing: \(missing.joined(separator: ", "))"],
        help: [
          store.type == "auth0"
            ? "grant these scopes to the application, then run this again"
            : "allow it in the token's policy, as in examples/openbao/applier.hcl: bao policy write NAME FILE"
        ])
    case .refused(let reason):
      self.init(
        .storeRefused, "\(store) refused a request", notes: [reason],
        help: ["see the planned changes: vaultctl plan"])
    case .outcomeUnknown(let reason):
      self.init(
        .outcomeUnknown, "the result of a change to \(store) is unknown", notes: [reason],
        help: ["run it again: the next apply checks the result and continues"])
    case .unfinished(let name, let cause):
      let cause = Diagnostic(cause, in: store)
      self.init(
        .unfinishedChange,
        "a change of \(name.map { "`\($0)`" } ?? "\(store)") was begun and not completed",
        at: name.map(about),
        notes: [cause.message] + cause.notes,
        help: ["fix that and run it again: the next apply checks what was done and continues"])
    case .ledgerRejected(let words):
      self.init(
        .ledgerRejected, "the git remote did not accept the ledger of \(store)",
        notes: Self.lines(of: words),
        help: ["allow this login to push, force-push and delete refs under refs/vaultctl/"])
    case .ledgerUnreachable(let words):
      self.init(
        .ledgerUnreachable, "the git remote that keeps the ledger of \(store) cannot be reached",
        notes: Self.lines(of: words), help: ["check it: git ls-remote"])
    case .ledgerFailed(let reason):
      self.init(
        .ledgerFailed, "the ledger of \(store) cannot be used", notes: Self.lines(of: reason),
        help: ["list ledger refs: git for-each-ref refs/vaultctl/"])
    case .ledgerUntrusted(let reason, let isCopy):
      let help = [
        "take it as it is, if a colleague rebuilt it: vaultctl ledger accept",
        "begin a new one: vaultctl ledger rebuild",
      ]
      self.init(
        .ledgerUntrusted, "the ledger of \(store) cannot be trusted", notes: [reason],
        help: ["find out who wrote it: vaultctl ledger log"]
          + (isCopy ? ["write the copy again: vaultctl apply"] : help))
    case .ledgerMoved:
      self.init(
        .ledgerMoved, "another apply to \(store) finished first",
        notes: ["the ledger's ref moved since this apply began"],
        help: ["plan again: vaultctl plan"])
    case .tokensMoved(let name):
      self.init(
        .tokensMoved, "the tokens of `\(name)` changed concurrently", at: about(name),
        notes: ["another process renewed, authorized or revoked them"],
        help: ["see their current state: vaultctl status"])
    case .writeFailed(let reason):
      self.init(
        .storeWriteFailed, "the store \(store) could not be written", notes: [reason],
        help: ["fix that and run it again; completed changes are kept"])
    }
  }
}
