import Model
package import Secrets
package import Stores

/// Tokens that were replaced in the store, or are removed from it, and are still valid at the service.
package struct SupersededTokens: Sendable {
  package let access: SecretBytes?
  package let refresh: SecretBytes?
  /// Whether an interrupted renewal may have obtained others with them, which nobody has.
  package let isInDoubt: Bool

  package init(access: SecretBytes?, refresh: SecretBytes?, isInDoubt: Bool = false) {
    self.access = access
    self.refresh = refresh
    self.isInDoubt = isInDoubt
  }

  package init(_ stored: StoredTokens) {
    self.init(
      access: stored.access, refresh: stored.refresh,
      isInDoubt: stored.record?.claim?.refreshDigest != nil)
  }
}
