import Applying
import Diagnostics
import Model
import Pacing
import SQLiteStore
import Secrets
import Stores
import TestSupport

/// A real store, a plan of creates, and an opener and a time that a test decides.
struct ApplyFixture {
  let folder: TemporaryFolder
  let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store =
      SQLiteBackend(
        path: folder.path + "/.vaultctl/vault.db", shownPath: "vault.db",
        protection: TestProtection()
      ).store
  }

  func lock(
    _ token: String = "mine", store: Store? = nil, runtime: Runtime = still
  ) -> StoreLock {
    StoreLock(
      store ?? self.store,
      LockHolder(
        token: token, who: "\(token)@laptop", host: "elsewhere-\(token)", processID: 1,
        processStart: nil, since: runtime.now(), lastSeen: runtime.now()),
      runtime: runtime)
  }

  /// Applies creates of these connections, each with one sealed token.
  func apply(
    _ names: [String], to store: Store? = nil, opener: TestOpener = TestOpener(),
    catalog: Catalog = Catalog([]), storeKey: StoreKeyChange? = nil
  ) async throws -> ApplyOutcome {
    let lock = lock(store: store)
    try await lock.take(waitingAtMost: 0) { _ in }
    let desired = try names.map { try connection($0) }
    let plan = Plan(
      changes: desired.map {
        Change(
          connection: $0.name, app: $0.app, action: .create, reason: .notInStore, details: [],
          location: nil)
      }, findings: [], unchangedCount: 0, emptyCount: 0, storeKey: storeKey)
    let applier = Applier(
      store: store ?? self.store, lock: lock, opener: opener, catalog: catalog,
      runtime: still)
    let outcome = await applier.carryOut(plan, desired: desired, by: provenance) { _, _ in }
    try await lock.release()
    return outcome
  }
}

let provenance = Provenance(
  who: "ann@laptop", at: Timestamp(milliseconds: 1_790_000_000_000), toolVersion: "0",
  commit: nil)

func connection(_ name: String) throws -> DesiredConnection {
  guard let name = ConnectionName(name) else { throw Unexpected() }
  return DesiredConnection(
    name: name, app: "crm",
    setup: DesiredSetup(
      type: "token", fields: ["token": .sealed(try SealedMessage(armored: sealedText(1)))]),
    origin: ConnectionOrigin(
      file: "it.yaml", name: SourceRange(at: .start), app: SourceRange(at: .start)))
}

/// Time does not pass, and a sleep lasts until it is cancelled.
let still = TestRuntime().sleepingUntilCancelled

struct Unexpected: Error {}

/// Opens every message to the connection's name, but for those that are to fail.
struct TestOpener: SecretOpener {
  var failing: Set<String> = []

  func open(
    _ fields: [LocatedSealedField]
  ) async -> [Result<SecretBytes, Diagnostic>] {
    fields.map { field in
      let name = field.address.connection.rawValue
      return failing.contains(name)
        ? .failure(Diagnostic(.bindingMismatch, "another place's", at: field.location))
        : .success(SecretBytes(copying: name.utf8))
    }
  }
}
