/// The certificate authorities that a client trusts.
package struct TrustedAuthorities: Hashable, Sendable {
  /// A file (PEM) that replaces the system's authorities, as `SSL_CERT_FILE` names one to OpenSSL
  /// (SSL_CTX_set_default_verify_paths(3)).
  package let replacement: String?
  /// A file (PEM), or a folder of such files, that is trusted besides them.
  package let additional: String?

  package static let system = TrustedAuthorities()

  package init(replacement: String? = nil, additional: String? = nil) {
    self.replacement = replacement
    self.additional = additional
  }
}
