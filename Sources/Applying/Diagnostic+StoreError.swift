package import Diagnostics
import Model
package import Stores

extension Diagnostic {
  /// What a store reports, for people: the one place where its errors become diagnostics.
  package init(_ error: StoreError, in store: StoreDescription) {
    func about(_ name: ConnectionName) -> Location {
      .connection(name.rawValue, store: store.description)
    }
    switch error {
    case .unavailable(let reason):
      self.init(
        .storeUnavailable, "the store \(store) cannot be used", notes: [reason])
    case .modeTooLoose(let path, let mode, let allowed):
      self.init(
        .storeModeTooLoose, "others may reach \(path)",
        notes: [
          "its mode is 0\(String(mode, radix: 8)); the most is 0\(String(allowed, radix: 8))"
        ],
        help: ["chmod \(String(allowed, radix: 8)) \(path)"])
    case .isSymlink(let path):
      self.init(
        .storeIsSymlink, "\(path) is a symbolic link",
        notes: ["the store could be led elsewhere by whoever can change the link"],
        help: ["name the real file in the project file's `store.path`"])
    case .versionConflict(let name, let expected, let found):
      self.init(
        .versionConflict, "`\(name)` was changed while this ran", at: about(name),
        notes: [
          found.map { "it was at version \(expected), and is at \($0)" }
            ?? "it was at version \(expected), and is gone"
        ], help: ["run it again: vaultctl plan"])
    case .nameTaken(let name):
      self.init(
        .nameTaken, "a connection `\(name)` is there already", at: about(name),
        help: ["run it again: vaultctl plan"])
    case .notFound(let name):
      self.init(
        .notInStore, "the store has no connection `\(name)`", at: about(name),
        help: ["see what it has: vaultctl status"])
    case .lockLost(let holder):
      self.init(
        .lockLost, "the store's lock was lost",
        notes: holder.map { ["\($0.who) took it at \($0.since)"] } ?? [],
        help: ["see what was done: vaultctl plan"])
    case .tooNew(let reason):
      self.init(
        .storeTooNew, "the store \(store) is a newer vaultctl's", notes: [reason],
        help: ["use the version of vaultctl that wrote it"])
    case .corrupt(let reason):
      self.init(
        .storeCorrupt, "the store \(store) is damaged", notes: [reason],
        help: ["put a copy in its place; an apply then brings it up to date"])
    case .keyUnavailable(let reason):
      self.init(
        .storeKeyUnavailable, "the store's key cannot be opened here", notes: [reason],
        help: ["run it where one of the project's keys is; see: gpg --list-secret-keys"])
    case .misconfigured(let reason):
      self.init(.storeMisconfigured, "\(store) is not as it is said to be", notes: [reason])
    case .unauthorized(let reason):
      self.init(
        .storeUnauthorized, "cannot log in to \(store)", notes: [reason],
        help: [
          store.type == "auth0"
            ? "give AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or AUTH0_API_TOKEN"
            : "give BAO_TOKEN (or VAULT_TOKEN), or set `store.login` in the project file"
        ])
    case .permissionDenied(let missing):
      self.init(
        .storePermission, "\(store) does not permit what is to be done",
        notes: ["missing: \(missing.joined(separator: ", "))"],
        help: [
          store.type == "auth0"
            ? "grant these scopes to the application, then run it again"
            : "allow it in the token's policy, then run it again: bao policy write"
        ])
    case .refused(let reason):
      self.init(
        .storeRefused, "\(store) refused a request", notes: [reason],
        help: ["see what it was about: vaultctl plan"])
    case .ambiguousName(let name, let ids):
      self.init(
        .ambiguousName, "\(store) has more than one connection `\(name)`", at: about(name),
        notes: ["their ids: \(ids.map(\.rawValue).joined(separator: ", "))"],
        help: ["rename or delete all but one of them there"])
    case .outcomeUnknown(let reason):
      self.init(
        .outcomeUnknown, "nobody knows whether a change to \(store) was done", notes: [reason],
        help: ["run it again: the next apply finds out and goes on"])
    case .ledgerFailed(let reason):
      self.init(
        .ledgerFailed, "the ledger of \(store) cannot be used", notes: [reason],
        help: ["it is in git: git for-each-ref refs/vaultctl/"])
    case .ledgerMoved:
      self.init(
        .ledgerMoved, "somebody else applied to \(store) meanwhile",
        notes: ["the ledger's ref moved first"], help: ["run it again"])
    case .tokensMoved(let name):
      self.init(
        .tokensMoved, "the tokens of `\(name)` were changed while this ran", at: about(name),
        notes: ["another process renewed, authorized or revoked them"],
        help: ["see what it has now: vaultctl status"])
    case .writeFailed(let reason):
      self.init(
        .storeWriteFailed, "the store \(store) could not be written", notes: [reason],
        help: ["run it again when that is mended: what was done is kept"])
    }
  }
}
