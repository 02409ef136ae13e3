import Model
import Stores

/// The connections as a ledger alone has them, read without its remote.
struct LedgerReader<Records: Ledger>: OfflineReader {
  let ledger: Records
  let former: Records?
  let catalog: Catalog

  func snapshot() throws(StoreError) -> Snapshot {
    let recorded = BackendSnapshot(
      contents: try ledger.read(isOffline: true).contents, catalog: catalog
    ).recorded
    return try ledger.setApart(recorded, previous: former, isOffline: true)
  }

  func sealedKey() throws(StoreError) -> String? {
    try ledger.read(isOffline: true).contents.key
  }
}
