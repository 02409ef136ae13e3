package import Secrets

/// How a store that keeps a key of its own has that key protected outside of the store.
package protocol KeyProtection: Sendable {
  /// The key, sealed; an ordinary text.
  func seal(_ key: SecretBytes) async throws(KeyProtectionFailure) -> String
  func open(_ sealed: String) async throws(KeyProtectionFailure) -> SecretBytes
}

/// Why a key could not be sealed or opened, in words for people.
package struct KeyProtectionFailure: Error, Hashable, Sendable {
  package let reason: String
  package init(_ reason: String) { self.reason = reason }
}
