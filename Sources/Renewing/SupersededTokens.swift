package import Secrets

/// Tokens that were replaced in the store and are still valid at the service.
package struct SupersededTokens: Sendable {
  package let access: SecretBytes?
  package let refresh: SecretBytes?

  package init(access: SecretBytes?, refresh: SecretBytes?) {
    self.access = access
    self.refresh = refresh
  }
}
