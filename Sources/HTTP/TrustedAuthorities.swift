/// The certificate authorities that a client trusts.
package struct TrustedAuthorities: Hashable, Sendable {
  /// A file (PEM) that replaces the system's authorities, as `SSL_CERT_FILE` names one to OpenSSL
  /// (SSL_CTX_set_default_verify_paths(3)).
  package let replacement: String?
  /// Files (PEM), or folders of such files, that are trusted besides them.
  package let additional: [String]

  package static let system = TrustedAuthorities()

  package init(replacement: String? = nil, additional: [String] = []) {
    self.replacement = replacement
    self.additional = additional
  }

  func adding(_ file: String?) -> TrustedAuthorities {
    TrustedAuthorities(replacement: replacement, additional: additional + (file.map { [$0] } ?? []))
  }
}
