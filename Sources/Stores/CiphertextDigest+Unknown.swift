package import Model

extension CiphertextDigest {
  /// For a value that was restored from an older version: the message that it came from is no longer
  /// known, so only its keyed digest shows whether it is the declared one.
  package static let unknown = CiphertextDigest("")
}
