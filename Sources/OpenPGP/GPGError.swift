import CGPGME

/// gpgme's result of an operation: a code and its source.
struct GPGError: Error {
  private let raw: gpgme_error_t
  let isExpired: Bool

  init(_ raw: gpgme_error_t, isExpired: Bool = false) {
    self.raw = raw
    self.isExpired = isExpired
  }

  var isNone: Bool { code == GPG_ERR_NO_ERROR }
  var code: gpgme_err_code_t { gpgme_err_code(raw) }

  /// The library's constant text of the code and of its source.
  var text: String {
    let what = unsafe gpgme_strerror(raw).map { unsafe String(cString: $0) } ?? "unknown error"
    let source = unsafe gpgme_strsource(raw).map { unsafe String(cString: $0) } ?? "gpg"
    return "\(what) (\(source))"
  }

  var isEndOfList: Bool { code == GPG_ERR_EOF }
  var isCancelled: Bool { code == GPG_ERR_CANCELED || code == GPG_ERR_FULLY_CANCELED }

  /// No agent or pinentry to provide the key or ask for its passphrase.
  var isAboutAgent: Bool {
    let codes = [
      GPG_ERR_NO_AGENT, GPG_ERR_AGENT, GPG_ERR_NO_PIN_ENTRY, GPG_ERR_PIN_ENTRY,
      GPG_ERR_NO_PASSPHRASE,
    ]
    // Without a terminal, pinentry has an error of its own.
    return codes.contains(code) || gpgme_err_source(raw) == GPG_ERR_SOURCE_PINENTRY
  }

  /// What was typed is not the passphrase.
  var isWrongPassphrase: Bool {
    code == GPG_ERR_BAD_PASSPHRASE || code == GPG_ERR_INV_PASSPHRASE
  }
}
