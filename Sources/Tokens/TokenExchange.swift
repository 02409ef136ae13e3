package import Model
package import Secrets

/// A request to a token endpoint.
package enum TokenExchange: Sendable {
  /// RFC 6749 section 4.4, or RFC 7523 section 2.1, depending on the client's grant.
  case mint(Set<Scope>)
  /// RFC 6749 section 6, always without `scope`: the grant stays as it is, and servers that narrow
  /// it do so permanently.
  case refresh(SecretBytes)
  /// RFC 6749 section 4.1.3 with RFC 7636 section 4.5.
  case code(SecretBytes, verifier: SecretBytes, redirect: String)
  /// RFC 8628 section 3.4.
  case device(code: SecretBytes)
}
