package import Encodings

extension SecretBytes {
  /// A JSON string's value, its escapes resolved, straight into wiped storage.
  ///
  /// - Returns: `nil` if `json` is no string.
  package convenience init?(jsonString json: ArraySlice<UInt8>) {
    var isWhole = false
    self.init(capacity: json.count) { target in
      var count = 0
      var scanner = JSONScanner(json)
      isWhole = scanner.string { byte in
        target[count] = byte
        count += 1
      }
      return count
    }
    guard isWhole else { return nil }
  }
}

extension JSONWriter {
  /// A string from a secret, of which no `String` is made.
  ///
  /// - Returns: whether the secret is UTF-8, as JSON must be; nothing is written otherwise.
  package mutating func string(_ secret: SecretBytes) -> Bool {
    secret.withBytes { string(utf8: $0) }
  }
}
