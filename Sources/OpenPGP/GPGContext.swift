import CGPGME

/// One gpgme context; it runs one operation at a time, so it stays within one batch lane.
@safe final class GPGContext {
  let handle: gpgme_ctx_t
  private let settings: GPGSettings
  private let responsiveness: GPGResponsiveness

  init(
    _ settings: GPGSettings, _ responsiveness: GPGResponsiveness
  ) throws(GPGUnavailable) {
    guard Self.isLibraryReady else {
      throw GPGUnavailable(reason: "libgpgme 1.18 or newer is required")
    }
    var new: gpgme_ctx_t?
    let error = unsafe gpgme_new(&new)
    guard error == 0, let new = unsafe new else {
      throw GPGUnavailable(reason: GPGError(error).text)
    }
    self.settings = settings
    self.responsiveness = responsiveness
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
    // Trust comes from the project's fingerprints, so the trust database is neither read nor
    // updated.
    _ = unsafe gpgme_set_ctx_flag(new, "trust-model", "always")
    if !settings.isInteractive {
      _ = unsafe gpgme_set_pinentry_mode(new, GPGME_PINENTRY_MODE_ERROR)
    }
  }

  deinit { unsafe gpgme_release(handle) }

  /// The folder of gpg's own files by these settings; `nil` if gpgme does not know it.
  static func home(_ settings: GPGSettings) -> String? {
    if let home = settings.home { return home }
    guard isLibraryReady else { return nil }
    return unsafe gpgme_get_dirinfo("homedir").map { unsafe String(cString: $0) }
  }

  /// gpgme must be asked for its version once before anything else.
  private static let isLibraryReady: Bool = unsafe gpgme_check_version("1.18.0") != nil

  var deadline: Duration { settings.deadline }

  /// Runs one operation, given in its `_start` form, and ends it at the deadline.
  func run(_ start: (gpgme_ctx_t) -> gpgme_error_t) -> GPGError {
    if responsiveness.state == .stalled {
      return GPGError(gpgme_error(GPG_ERR_CANCELED), isExpired: true)
    }
    let error = unsafe EventLoop().run(handle, deadline: settings.deadline, start: start)
    if error.isExpired { responsiveness.noteStall() }
    return error
  }
}
