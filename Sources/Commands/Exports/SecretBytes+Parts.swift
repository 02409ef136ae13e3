import Secrets

extension SecretBytes {
  /// Whether a text is a part of it.
  func contains(_ text: String) -> Bool {
    let sought = text.utf8.span
    return withBytes { span in
      guard span.count >= sought.count else { return false }
      for start in 0...(span.count - sought.count) {
        var length = 0
        while length < sought.count, span[start + length] == sought[length] { length += 1 }
        if length == sought.count { return true }
      }
      return false
    }
  }
}
