import Model
import Stores

/// The sealed key of a ledger's digests, a part of its contents.
struct LedgerKeyStorage<Records: Ledger>: SealedKeyStorage {
  let lock: LedgerLock<Records>

  func sealedKey() async throws(StoreError) -> String? { try await lock.contents().key }

  func addSealedKey(_ key: StoreKey) async throws(StoreError) -> Bool {
    try await lock.addKey(key.sealed)
  }

  /// Digests in records name the key that made them, so there is nothing to seal again.
  func replaceSealedKey(
    _ rotation: KeyRotation, by provenance: Provenance
  ) async throws(StoreError) {
    try await lock.replaceKey(rotation.old.sealed, with: rotation.new.sealed)
  }
}
