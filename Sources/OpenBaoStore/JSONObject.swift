import Model
import Secrets

/// The members of a JSON object as slices of its bytes, so that a value that may be a secret is
/// compared and passed on without becoming a `String` (RFC 8259).
struct JSONObject {
  /// In the object's order.
  let members: [(name: String, value: ArraySlice<UInt8>)]
  /// The object itself.
  let whole: ArraySlice<UInt8>

  /// `nil` where the bytes are no object. What is within a value is only walked over: it came from
  /// a server that has parsed it.
  init?(_ bytes: ArraySlice<UInt8>) {
    var walk = Walk(bytes)
    guard let members = walk.object() else { return nil }
    self.members = members
    whole = bytes[bytes.startIndex..<walk.offset]
  }

  subscript(name: String) -> ArraySlice<UInt8>? { members.first { $0.name == name }?.value }

  func object(_ name: String) -> JSONObject? { self[name].flatMap { JSONObject($0) } }

  /// A member that is a string, and no secret.
  func text(_ name: String) -> String? {
    if let value = self[name], case .string(let text) = Self.plain(value) { text } else { nil }
  }

  /// A scalar as a service would be given it: a string's characters, a number's digits.
  static func scalar(_ value: ArraySlice<UInt8>) -> SecretBytes? {
    guard let first = value.first, first != Mark.brace, first != Mark.bracket else { return nil }
    guard first == Mark.quote else { return SecretBytes(copying: value) }
    return SecretBytes(capacity: value.count) { target in
      var count = 0
      var walk = Walk(value)
      _ = walk.string { byte in
        target[count] = byte
        count += 1
      }
      return count
    }
  }

  /// A scalar that is no secret.
  static func plain(_ value: ArraySlice<UInt8>) -> PlainValue? {
    switch value.first {
    case Mark.quote:
      var bytes: [UInt8] = []
      var walk = Walk(value)
      return walk.string { bytes.append($0) }
        ? .string(String(decoding: bytes, as: UTF8.self)) : nil
    case UInt8(ascii: "t"): return .boolean(true)
    case UInt8(ascii: "f"): return .boolean(false)
    case .some(let first) where first == UInt8(ascii: "-") || (48...57).contains(first):
      return .number(String(decoding: value, as: UTF8.self))
    default: return nil
    }
  }
}

private enum Mark {
  static let quote = UInt8(ascii: "\"")
  static let brace = UInt8(ascii: "{")
  static let bracket = UInt8(ascii: "[")
}

private struct Walk {
  private let bytes: ArraySlice<UInt8>
  private(set) var offset: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    offset = bytes.startIndex
  }

  private var byte: UInt8? { offset < bytes.endIndex ? bytes[offset] : nil }

  private mutating func space() {
    while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
  }

  private mutating func take(_ mark: Character) -> Bool {
    space()
    guard byte == mark.asciiValue else { return false }
    offset += 1
    return true
  }

  mutating func object() -> [(name: String, value: ArraySlice<UInt8>)]? {
    var members: [(name: String, value: ArraySlice<UInt8>)] = []
    guard take("{") else { return nil }
    if take("}") { return members }
    repeat {
      space()
      var name: [UInt8] = []
      guard string({ name.append($0) }), take(":") else { return nil }
      space()
      let start = offset
      guard value() else { return nil }
      members.append((String(decoding: name, as: UTF8.self), bytes[start..<offset]))
    } while take(",")
    return take("}") ? members : nil
  }

  /// Walks over one value; nested ones by counting, since brackets within strings are none.
  private mutating func value() -> Bool {
    var depth = 0
    repeat {
      space()
      switch byte {
      case nil: return false
      case Mark.quote: guard string({ _ in }) else { return false }
      case Mark.brace, Mark.bracket:
        depth += 1
        offset += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        offset += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"): offset += 1
      default: while let byte, !", ]}:\t\r\n".utf8.contains(byte) { offset += 1 }
      }
    } while depth > 0
    return depth == 0
  }

  /// Hands on the bytes of a string, its escapes resolved.
  mutating func string(_ take: (UInt8) -> Void) -> Bool {
    guard byte == Mark.quote else { return false }
    offset += 1
    while let byte {
      offset += 1
      if byte == Mark.quote { return true }
      if byte == UInt8(ascii: "\\") {
        guard let scalar = escape() else { return false }
        for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { take(unit) }
      } else {
        take(byte)
      }
    }
    return false
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard let byte else { return nil }
    offset += 1
    switch byte {
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return unicodeEscape()
    default: return Unicode.Scalar(byte)
    }
  }

  /// Four hex digits; half of a surrogate pair goes with the other half after it.
  private mutating func unicodeEscape() -> Unicode.Scalar? {
    guard let first = hexDigits() else { return nil }
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    guard bytes[offset...].starts(with: Array("\\u".utf8)) else { return "\u{FFFD}" }
    offset += 2
    guard let second = hexDigits() else { return nil }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second &- 0xDC00)) ?? "\u{FFFD}"
  }

  private mutating func hexDigits() -> UInt32? {
    guard offset + 4 <= bytes.endIndex else { return nil }
    defer { offset += 4 }
    return UInt32(String(decoding: bytes[offset..<(offset + 4)], as: UTF8.self), radix: 16)
  }
}
