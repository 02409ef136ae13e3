package import Secrets

/// Protects a store's own key outside the store.
package protocol KeyProtection: Sendable {
  /// The key, sealed; an ordinary text.
  func seal(_ key: SecretBytes) async throws(KeyProtectionFailure) -> String
  func open(_ sealed: String) async throws(KeyProtectionFailure) -> SecretBytes
  /// Whether a key that may open it is on this machine.
  func mayOpen(_ sealed: String) async -> Bool
}

extension KeyProtection {
  /// The key, opened, for a store.
  package func openKey(_ sealed: String) async throws(StoreError) -> SecretBytes {
    do {
      return try await open(sealed)
    } catch {
      throw .keyUnavailable(error.reason)
    }
  }

  /// The key, sealed, for a store.
  package func sealKey(_ key: SecretBytes) async throws(StoreError) -> String {
    do {
      return try await seal(key)
    } catch {
      throw .keyNotSealed(error.reason)
    }
  }
}

/// Why a key could not be sealed or opened, for people.
package struct KeyProtectionFailure: Error, Hashable, Sendable {
  package let reason: String
  /// Another attempt may succeed: nobody answered a prompt, or gpg did not work.
  package let isTemporary: Bool

  package init(_ reason: String, isTemporary: Bool = false) {
    self.reason = reason
    self.isTemporary = isTemporary
  }
}
