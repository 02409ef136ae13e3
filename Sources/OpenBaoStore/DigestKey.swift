import Model
import Secrets
package import Stores

/// The key that digests of values are made with: a secret of its own, sealed to the project's
/// recipients.
extension OpenBaoStore {
  package func sealedKey() async throws(StoreError) -> String? { try await storedKey()?.sealed }

  private func storedKey() async throws(StoreError) -> (sealed: String, version: Int64)? {
    guard let (data, version) = try await engine.data(paths.key), let sealed = data.text("sealed")
    else { return nil }
    return (sealed, version)
  }

  package func resealKey() async throws(StoreError) -> Bool {
    guard let (sealed, version) = try await storedKey() else { return false }
    let again = try await protection.sealKey(protection.openKey(sealed))
    guard
      case .written = try await engine.put(
        paths.key, data: wrapped("sealed", again), after: version)
    else { throw .writeFailed("the store key was changed meanwhile") }
    return true
  }

  func presentKey() async throws(StoreError) -> StoreKey? {
    if let key { return key }
    key = try await fetchingKey.value { () async throws(StoreError) in
      guard let sealed = try await self.sealedKey() else { return nil }
      return try StoreKey(await self.protection.openKey(sealed))
    }
    return key
  }

  /// The key that is there, or a new one; where another process was quicker, its key stays.
  func usableKey() async throws(StoreError) -> StoreKey {
    if let key = try await presentKey() { return key }
    return try await makingKey.value { () async throws(StoreError) in try await self.newKey() }
  }

  private func newKey() async throws(StoreError) -> StoreKey {
    if let key { return key }
    let sealed = try await protection.sealKey(StoreKey.random())
    _ = try await engine.put(paths.key, data: wrapped("sealed", sealed), after: 0)
    guard let key = try await presentKey() else { throw .corrupt("the store key is missing") }
    return key
  }
}
