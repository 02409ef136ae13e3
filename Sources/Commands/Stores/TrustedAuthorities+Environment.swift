import HTTP

extension TrustedAuthorities {
  /// The system's authorities, or those of the file that `SSL_CERT_FILE` names instead; that variable
  /// is OpenSSL's, and other tools of an operator follow it.
  init(environment: [String: String], additional: String? = nil) {
    let file = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    self.init(replacement: file, additional: additional)
  }
}
