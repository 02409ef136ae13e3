/// Why a server's TLS was refused.
package enum TLSFault: Hashable, Sendable {
  /// No authority that we trust signed the certificate; also a self-signed one.
  case unknownAuthority
  case expired
  case notYetValid
  /// The certificate is valid for other hosts.
  case wrongHost
  case invalidCertificate
  /// No protocol or cipher in common, or the server broke the handshake's rules.
  case handshake

  package var summary: String {
    switch self {
    case .unknownAuthority:
      "the server's certificate is not signed by an authority that this machine trusts"
    case .expired: "the server's certificate has expired"
    case .notYetValid: "the server's certificate is not valid yet"
    case .wrongHost: "the server's certificate is for another host"
    case .invalidCertificate: "the server's certificate is not valid"
    case .handshake: "the TLS handshake failed (TLS 1.2 or newer is required)"
    }
  }
}
