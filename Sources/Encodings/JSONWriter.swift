/// Writes JSON (RFC 8259) without white space into a buffer of bytes.
///
/// Replaces Foundation's encoder for three reasons: stores hold thousands of records, and it takes
/// ten times as long; secrets go into request bodies, and must become no `String`; and digests are
/// made of records, so that the bytes of equal records must be equal in every release. Members are
/// written in the order that the caller chooses; commas and colons come by themselves.
package struct JSONWriter {
  /// What was written. If a secret is in it, the sender releases it at once; copies of it remain in
  /// the network's buffers until those are used again.
  package private(set) var bytes: [UInt8] = []

  package init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

  /// What was written, if it holds no secret.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package mutating func object<E: Error>(
    _ members: (inout JSONWriter) throws(E) -> Void
  ) throws(E) {
    separate()
    bytes.append(UInt8(ascii: "{"))
    try members(&self)
    bytes.append(UInt8(ascii: "}"))
  }

  package mutating func array<E: Error>(
    _ elements: (inout JSONWriter) throws(E) -> Void
  ) throws(E) {
    separate()
    bytes.append(UInt8(ascii: "["))
    try elements(&self)
    bytes.append(UInt8(ascii: "]"))
  }

  /// A member's name; its value is written next.
  package mutating func name(_ name: String) {
    string(name)
    bytes.append(UInt8(ascii: ":"))
  }

  /// A member that is a string; none for `nil`.
  package mutating func member(_ name: String, _ value: String?) {
    guard let value else { return }
    self.name(name)
    string(value)
  }

  package mutating func integer(_ value: Int64) {
    separate()
    bytes += value.description.utf8
  }

  package mutating func boolean(_ value: Bool) {
    separate()
    bytes += (value ? "true" : "false").utf8
  }

  /// A value that is JSON already.
  package mutating func raw(_ json: some Collection<UInt8>) {
    separate()
    bytes += json
  }

  package mutating func string(_ text: String) {
    separate()
    quote(text.utf8.span)
  }

  /// A string from its bytes, so that a secret becomes no `String`.
  ///
  /// - Returns: whether the bytes are UTF-8; nothing is written otherwise.
  package mutating func string(utf8 bytes: Span<UInt8>) -> Bool {
    guard (try? UTF8Span(validating: bytes)) != nil else { return false }
    separate()
    quote(bytes)
    return true
  }

  /// Escaped no more than it must be (RFC 8259 section 7), as Foundation's encoder does it without
  /// escaped slashes.
  private mutating func quote(_ text: Span<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    for index in text.indices {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): escape(byte)
      case 0x08: escape(UInt8(ascii: "b"))
      case 0x09: escape(UInt8(ascii: "t"))
      case 0x0A: escape(UInt8(ascii: "n"))
      case 0x0C: escape(UInt8(ascii: "f"))
      case 0x0D: escape(UInt8(ascii: "r"))
      case ..<0x20:
        bytes += "\\u00".utf8
        bytes.append(lowercaseDigit(byte >> 4))
        bytes.append(lowercaseDigit(byte & 15))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ letter: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    bytes.append(letter)
  }

  /// A comma, but after what begins an object, a list or a member. No value ends with these bytes.
  private mutating func separate() {
    switch bytes.last {
    case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): break
    default: bytes.append(UInt8(ascii: ","))
    }
  }
}
