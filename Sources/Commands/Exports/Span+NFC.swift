extension Span where Element == UInt8 {
  /// Whether a text is in Unicode's normalization form C, to which Terraform changes all; also if it is not UTF-8.
  var isNFC: Bool {
    do {
      var text = try UTF8Span(validating: self)
      return text.checkForNFC(quickCheck: false)
    } catch {
      return true
    }
  }
}
