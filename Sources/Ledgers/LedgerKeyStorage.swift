import Model
import Stores

/// The sealed key of a ledger's digests, a part of its contents.
struct LedgerKeyStorage<Records: Ledger>: SealedKeyStorage {
  let ledger: Records
  let lock: LedgerLock<Records>
  let provenance: @Sendable () -> Provenance

  func sealedKey() async throws(StoreError) -> String? { try await lock.contents().key }

  func addSealedKey(_ sealed: String) async throws(StoreError) -> Bool {
    try await lock.addKey(sealed)
  }

  func replaceSealedKey(
    _ reseal: @Sendable (String) async throws(StoreError) -> String
  ) async throws(StoreError) -> Bool {
    let version = try ledger.read()
    guard let sealed = version.contents.key else { return false }
    if version.contents.state.run != nil { throw .ledgerMoved }
    var contents = version.contents
    contents.key = try await reseal(sealed)
    _ = try ledger.move(
      from: version, on: version, to: contents, message: "key: sealed again\n", by: provenance(),
      isShared: true)
    return true
  }
}
