import Model
import Stores

/// The connections as a ledger alone has them, read without its remote.
struct LedgerReader<Records: Ledger>: OfflineReader {
  let ledger: Records
  let former: Records?
  let catalog: Catalog
  /// `nil` for a ledger that has no proofs.
  let authentication: LedgerAuthentication?

  func snapshot() async throws(StoreError) -> Snapshot {
    let version = try ledger.read(isOffline: true)
    let doubt = try await authentication?.verdict(on: version).doubt
    let recorded = BackendSnapshot(contents: version.contents, catalog: catalog).recorded
    return try ledger.setApart(recorded, previous: former, isOffline: true).doubted(doubt)
  }

  func sealedKey() throws(StoreError) -> String? {
    try ledger.read(isOffline: true).contents.key
  }
}
