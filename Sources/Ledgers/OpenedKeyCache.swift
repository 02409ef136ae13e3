package import Secrets
package import Stores

/// The protection of a ledger's key, which opens each key once: the ledger is authenticated with the
/// key that its digests are made with.
package actor OpenedKeyCache: KeyProtection {
  private let protection: any KeyProtection
  private var opened: [String: SecretBytes] = [:]

  package init(_ protection: any KeyProtection) { self.protection = protection }

  package func seal(_ key: SecretBytes) async throws(KeyProtectionFailure) -> String {
    let sealed = try await protection.seal(key)
    // The maker of a key need not be one of its recipients.
    opened[sealed] = key
    return sealed
  }

  package func open(_ sealed: String) async throws(KeyProtectionFailure) -> SecretBytes {
    if let key = opened[sealed] { return key }
    let key = try await protection.open(sealed)
    opened[sealed] = key
    return key
  }

  package func mayOpen(_ sealed: String) async -> Bool {
    if opened[sealed] != nil { return true }
    return await protection.mayOpen(sealed)
  }
}
