/// The one holder of a store's key: it is fetched and opened once, created when it is first needed,
/// and kept open.
///
/// Opening costs an operation with a private key, and maybe a passphrase, so requests in the
/// meantime wait for the same one.
package actor StoreKeyHolder: StoreKeyAccess {
  private let storage: any SealedKeyStorage
  private let protection: any KeyProtection
  /// The key, if it was already opened.
  package private(set) var opened: StoreKey?
  private let opening = SingleFlight<StoreKey?>()
  private let making = SingleFlight<StoreKey>()

  package init(_ storage: any SealedKeyStorage, protection: any KeyProtection) {
    self.storage = storage
    self.protection = protection
  }

  package func sealed() async throws(StoreError) -> String? { try await storage.sealedKey() }

  package func present() async throws(StoreError) -> StoreKey? {
    if let opened { return opened }
    let found = try await opening.value { [storage, protection] () async throws(StoreError) in
      guard let sealed = try await storage.sealedKey() else { return nil }
      return try StoreKey(await protection.openKey(sealed))
    }
    // If there was none yet, another task may have created one in the meantime.
    if let found { opened = found }
    return opened
  }

  package func prepare() async throws(StoreError) { _ = try await presentOrNew() }

  package func open(_ sealed: String) async throws(StoreError) -> StoreKey {
    if let opened { return opened }
    let key = try StoreKey(await protection.openKey(sealed))
    opened = key
    return key
  }

  /// The key if it can be opened here; else `nil`.
  package func presentIfAvailable() async throws(StoreError) -> StoreKey? {
    do throws(StoreError) {
      return try await present()
    } catch {
      guard case .keyUnavailable = error else { throw error }
      return nil
    }
  }

  /// The key that sealed values need.
  ///
  /// - Throws: `corrupt` if there is none.
  package func required() async throws(StoreError) -> StoreKey {
    guard let key = try await present() else { throw .corrupt("the store key is missing") }
    return key
  }

  /// The existing key, or a new one.
  package func presentOrNew() async throws(StoreError) -> StoreKey {
    if let key = try await present() { return key }
    return try await making.value { () async throws(StoreError) in try await self.new() }
  }

  private func new() async throws(StoreError) -> StoreKey {
    if let opened { return opened }
    let bytes = StoreKey.random()
    let sealed = try await protection.sealKey(bytes)
    // If another process was first, its key stays; our own need not be opened.
    guard try await storage.addSealedKey(sealed) else { return try await required() }
    let key = try StoreKey(bytes)
    opened = key
    return key
  }

  package func reseal() async throws(StoreError) -> Bool {
    try await storage.replaceSealedKey { [protection] sealed async throws(StoreError) in
      try await protection.sealKey(protection.openKey(sealed))
    }
  }
}
