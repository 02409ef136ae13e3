import CGPGME
private import Glibc

extension GPGContext {
  /// The keys of the keyring that match the patterns (without patterns, all), in gpg's order.
  func keys(matching patterns: [String], secret: Bool) throws(GPGError) -> [PublicKey] {
    var keys: [PublicKey] = []
    var fault: GPGError?
    unsafe withCStrings(patterns) { texts in
      do throws(GPGError) {
        keys = try listed {
          unsafe gpgme_op_keylist_ext_start(
            handle, patterns.isEmpty ? nil : texts, secret ? 1 : 0, 0)
        }
      } catch {
        fault = error
      }
    }
    if let fault { throw fault }
    return keys
  }

  /// The keys of a listing.
  func listed(_ start: () -> gpgme_error_t) throws(GPGError) -> [PublicKey] {
    var keys: [PublicKey] = []
    var error = start()
    while error == 0 {
      var key: gpgme_key_t?
      error = unsafe gpgme_op_keylist_next(handle, &key)
      if error == 0, let key = unsafe key {
        if let read = unsafe PublicKey(key.pointee) { keys.append(read) }
        unsafe gpgme_key_unref(key)
      }
    }
    _ = unsafe gpgme_op_keylist_end(handle)
    let failure = GPGError(error)
    guard failure.isEndOfList else { throw failure }
    return keys
  }
}

/// Lends a NULL-terminated array of C strings.
private func withCStrings(
  _ texts: [String], _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>) -> Void
) {
  let copies = unsafe texts.map { unsafe strdup($0) }
  defer { unsafe copies.forEach { unsafe free($0) } }
  var list = unsafe copies.map { unsafe UnsafePointer($0) } + [nil]
  unsafe list.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("the list is never empty") }
    unsafe body(base)
  }
}

extension PublicKey {
  /// `nil` if gpg reports no full fingerprint.
  fileprivate init?(_ key: _gpgme_key) {
    guard let text = unsafe key.fpr, let fingerprint = unsafe Fingerprint(String(cString: text))
    else { return nil }
    self.fingerprint = fingerprint
    let uid = unsafe key.uids?.pointee.uid.map { unsafe String(cString: $0) } ?? ""
    userID = String(
      String.UnicodeScalarView(
        uid.unicodeScalars.filter { $0.properties.generalCategory != .control }))

    var subkeys: [Subkey] = []
    var expiry: Int64?
    var hasExpiredEncryption = false
    var next = unsafe key.subkeys
    while let subkey = unsafe next?.pointee {
      if let text = unsafe subkey.fpr, let fpr = unsafe Fingerprint(String(cString: text)) {
        let isExpired = unsafe subkey.expired != 0
        let canEncrypt = unsafe subkey.can_encrypt != 0
        let isValid =
          unsafe !isExpired && subkey.revoked == 0 && subkey.disabled == 0
          && subkey.invalid == 0
        let expires = unsafe subkey.expires > 0 ? Int64(subkey.expires) : nil
        subkeys.append(
          Subkey(
            fingerprint: fpr, canEncrypt: canEncrypt, isValid: isValid,
            created: unsafe Int64(subkey.timestamp), expiry: expires,
            isSecretHere: unsafe subkey.secret != 0 && subkey.is_cardkey == 0,
            cardSerial: unsafe subkey.is_cardkey == 0
              ? nil : unsafe subkey.card_number.map { unsafe String(cString: $0) } ?? ""))
        if subkeys.count == 1 { expiry = expires }
        if canEncrypt, isExpired { hasExpiredEncryption = true }
      }
      unsafe next = subkey.next
    }
    self.subkeys = subkeys
    primaryExpiry = expiry
    state = unsafe Self.state(
      key, expiry: expiry, hasExpiredEncryption: hasExpiredEncryption,
      canEncrypt: subkeys.contains { $0.canEncrypt && $0.isValid },
      start: subkeys.map(\.created).filter { $0 > Int64(time(nil)) }.min())
  }

  /// - Parameter start: when the first of its keys that are dated in the future was created, in seconds
  ///   since 1970; gpg calls them invalid and names no use of them.
  private static func state(
    _ key: _gpgme_key, expiry: Int64?, hasExpiredEncryption: Bool, canEncrypt: Bool, start: Int64?
  ) -> State {
    if unsafe key.revoked != 0 { return .revoked }
    if unsafe key.expired != 0 { return .expired(at: expiry) }
    if unsafe key.disabled != 0 { return .disabled }
    if !canEncrypt, let start { return .notYetValid(from: start) }
    if unsafe key.invalid != 0 { return .invalid }
    if canEncrypt { return .usable }
    return hasExpiredEncryption ? .expired(at: nil) : .cannotEncrypt
  }
}
