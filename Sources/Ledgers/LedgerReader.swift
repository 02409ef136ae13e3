import Model
import Stores

/// The connections as a ledger alone has them, read without its remote.
struct LedgerReader<Records: Ledger>: OfflineReader {
  let ledger: Records
  let catalog: Catalog

  func snapshot() throws(StoreError) -> Snapshot {
    BackendSnapshot(contents: try ledger.read(isOffline: true).contents, catalog: catalog).recorded
  }

  func sealedKey() throws(StoreError) -> String? {
    try ledger.read(isOffline: true).contents.key
  }
}
