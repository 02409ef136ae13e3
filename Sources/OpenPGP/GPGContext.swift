import CGPGME

/// How gpg is run.
package struct GPGSettings: Sendable {
  /// `nil`: the user's own, by `GNUPGHOME` or gpg's default.
  package let home: String?
  /// Whether a pinentry may ask a person for a passphrase.
  package let isInteractive: Bool
  /// The longest that one operation may take.
  package let deadline: Duration

  package init(home: String? = nil, isInteractive: Bool, deadline: Duration? = nil) {
    self.home = home
    self.isInteractive = isInteractive
    self.deadline = deadline ?? (isInteractive ? .seconds(300) : .seconds(30))
  }

  /// The same, and nobody is asked for a passphrase.
  var silent: GPGSettings { GPGSettings(home: home, isInteractive: false, deadline: deadline) }
}

/// One gpgme context; does one thing at a time, so it stays within one batch lane.
@safe final class GPGContext {
  let handle: gpgme_ctx_t
  private let settings: GPGSettings

  init(_ settings: GPGSettings) throws(GPGUnavailable) {
    guard Self.isLibraryReady else {
      throw GPGUnavailable(reason: "libgpgme 1.18 or newer is needed")
    }
    var new: gpgme_ctx_t?
    let error = unsafe gpgme_new(&new)
    guard error == 0, let new = unsafe new else {
      throw GPGUnavailable(reason: GPGError(error).text)
    }
    self.settings = settings
    unsafe handle = new
    var failure = unsafe gpgme_set_protocol(new, GPGME_PROTOCOL_OpenPGP)
    if failure == 0, let home = settings.home {
      failure = unsafe gpgme_ctx_set_engine_info(new, GPGME_PROTOCOL_OpenPGP, nil, home)
    }
    if failure == 0 {
      failure = gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP)
    }
    // All properties are set, so `deinit` releases the context when this throws.
    guard failure == 0 else {
      throw GPGUnavailable(reason: "gpg cannot be run: \(GPGError(failure).text)")
    }
    unsafe gpgme_set_armor(new, 1)
    unsafe gpgme_set_offline(new, 1)
    // Trust is by the project's fingerprints; so the trust database is neither asked nor brought
    // up to date.
    _ = unsafe gpgme_set_ctx_flag(new, "trust-model", "always")
    if !settings.isInteractive {
      _ = unsafe gpgme_set_pinentry_mode(new, GPGME_PINENTRY_MODE_ERROR)
    }
  }

  deinit { unsafe gpgme_release(handle) }

  /// Where gpg's own files are by these settings; `nil` where gpgme cannot tell.
  static func home(_ settings: GPGSettings) -> String? {
    if let home = settings.home { return home }
    guard isLibraryReady else { return nil }
    return unsafe gpgme_get_dirinfo("homedir").map { unsafe String(cString: $0) }
  }

  /// gpgme must be asked for its version once before anything else.
  private static let isLibraryReady: Bool = unsafe gpgme_check_version("1.18.0") != nil

  /// Runs one operation, given in its `_start` form, and ends it at the deadline.
  func run(_ start: (gpgme_ctx_t) -> gpgme_error_t) -> GPGError {
    unsafe EventLoop().run(handle, deadline: settings.deadline, start: start)
  }
}

/// What gpgme says of an operation: a code, and where it came from.
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

  /// Nobody there to ask for a passphrase, or to hold the key.
  var isAboutAgent: Bool {
    [
      GPG_ERR_NO_AGENT, GPG_ERR_AGENT, GPG_ERR_NO_PIN_ENTRY, GPG_ERR_PIN_ENTRY,
      GPG_ERR_BAD_PASSPHRASE, GPG_ERR_NO_PASSPHRASE, GPG_ERR_INV_PASSPHRASE,
    ].contains(code)
  }
}
