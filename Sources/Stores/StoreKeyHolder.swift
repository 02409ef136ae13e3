package import Model

/// The one holder of a store's key: it is fetched and opened once, created when it is first needed,
/// and kept open.
///
/// Opening costs an operation with a private key, and maybe a passphrase, so requests in the
/// meantime wait for the same one.
package actor StoreKeyHolder: StoreKeyAccess {
  private let storage: any SealedKeyStorage
  private let protection: any KeyProtection
  /// Whether new keys are those of a store that is authenticated as a whole.
  private let authenticates: Bool
  /// The key, if it was already opened.
  package private(set) var opened: StoreKey?
  /// The text that did not open when a read would have checked what it reads.
  private var unavailable: String?
  private let opening = SingleFlight<StoreKey?>()
  private let making = SingleFlight<StoreKey>()

  package init(
    _ storage: any SealedKeyStorage, protection: any KeyProtection, authenticates: Bool = false
  ) {
    self.storage = storage
    self.protection = protection
    self.authenticates = authenticates
  }

  package func sealed() async throws(StoreError) -> String? { try await storage.sealedKey() }

  package func present() async throws(StoreError) -> StoreKey? {
    if let opened { return opened }
    let found = try await opening.value { [storage, protection] () async throws(StoreError) in
      guard let sealed = try await storage.sealedKey() else { return nil }
      return try StoreKey(await protection.openKey(sealed), sealed: sealed)
    }
    // If there was none yet, another task may have created one in the meantime.
    if let found { opened = found }
    return opened
  }

  package func prepare() async throws(StoreError) { _ = try await presentOrNew() }

  package func open(_ sealed: String) async throws(StoreError) -> StoreKey {
    if let opened, opened.sealed == sealed { return opened }
    // One that waits with others for the same text does not open it again.
    let found = try await opening.value { [protection] () async throws(StoreError) in
      try StoreKey(await protection.openKey(sealed), sealed: sealed)
    }
    if let found, found.sealed == sealed {
      opened = found
      return found
    }
    let key = try StoreKey(await protection.openKey(sealed), sealed: sealed)
    opened = key
    return key
  }

  /// Which key some work needs.
  package enum Need: Sendable {
    case presentOrNew, presentIfAvailable
    /// The present one, which must be available; none if there is none.
    case present
    /// Only one that was opened already.
    case opened
  }

  private func key(_ need: Need) async throws(StoreError) -> StoreKey? {
    switch need {
    case .presentOrNew: try await presentOrNew()
    case .presentIfAvailable: try await presentIfAvailable()
    case .present: try await present()
    case .opened: opened
    }
  }

  private func forget() { opened = nil }

  /// Work with the key of a holder. It is repeated if another process has replaced the key meanwhile.
  ///
  /// - Parameter work: returns `nil` if the key is no longer the store's.
  package static func work<R>(
    _ need: Need, of holder: StoreKeyHolder, isolation: isolated (any Actor)? = #isolation,
    _ work: (StoreKey?) async throws(StoreError) -> R?
  ) async throws(StoreError) -> R {
    var need = need
    for _ in 0..<3 {
      if let result = try await work(holder.key(need)) { return result }
      await holder.forget()
      // Since a moment ago there is a key, and it is no longer open.
      if need == .opened { need = .present }
    }
    throw .writeFailed("the store key is being replaced")
  }

  /// The key if it can be opened here; else `nil`, and so from then on: a command that reads again and
  /// again asks for a passphrase once.
  ///
  /// - Parameter sealed: the key's text, read together with what it is for.
  package func openIfAvailable(_ sealed: String) async throws(StoreError) -> StoreKey? {
    if let opened, opened.sealed == sealed { return opened }
    guard sealed != unavailable, await protection.mayOpen(sealed) else { return nil }
    do throws(StoreError) {
      return try await open(sealed)
    } catch {
      guard case .keyUnavailable = error else { throw error }
      unavailable = sealed
      return nil
    }
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
  /// - Parameter sealed: the key's text, read together with the values.
  /// - Throws: `corrupt` if there is none.
  package func required(openedFrom sealed: String?) async throws(StoreError) -> StoreKey {
    guard let sealed else { throw .corrupt("the store key is missing") }
    return try await open(sealed)
  }

  /// The existing key, or a new one.
  package func presentOrNew() async throws(StoreError) -> StoreKey {
    if let key = try await present() { return key }
    return try await making.value { () async throws(StoreError) in try await self.new() }
  }

  /// The key that the store has now, or a new one: a process may run for months, and what it seals under a
  /// key that was replaced since, no other process can open.
  package func currentOrNew() async throws(StoreError) -> StoreKey {
    guard let sealed = try await storage.sealedKey() else { return try await presentOrNew() }
    return try await open(sealed)
  }

  private func new() async throws(StoreError) -> StoreKey {
    if let opened { return opened }
    let bytes = StoreKey.random(authenticates: authenticates)
    let key = try StoreKey(bytes, sealed: await protection.sealKey(bytes))
    // If another process was first, its key stays; our own need not be opened.
    guard try await storage.addSealedKey(key) else {
      return try await required(openedFrom: storage.sealedKey())
    }
    opened = key
    return key
  }

  package func update(
    makesNew: Bool, by provenance: Provenance
  ) async throws(StoreError) {
    guard let sealed = try await storage.sealedKey() else { return }
    let bytes = try await protection.openKey(sealed)
    let old = try StoreKey(bytes, sealed: sealed)
    let newBytes = makesNew ? StoreKey.random(after: old, authenticates: authenticates) : bytes
    let again = try await protection.sealKey(newBytes)
    let new = try StoreKey(newBytes, sealed: again)
    try await storage.replaceSealedKey(KeyRotation(from: old, to: new), by: provenance)
    opened = new
  }
}
