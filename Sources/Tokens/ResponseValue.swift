import Secrets

/// A part of a service's response. Every text in it may be a token, so each is held as a secret.
indirect enum ResponseValue: Sendable {
  case object([(name: String, value: ResponseValue)])
  case array([ResponseValue])
  case text(SecretBytes)
  /// As it was written.
  case number(String)
  case boolean(Bool)
  case null

  /// The last member of that name; `nil` for none, for `null`, and for what has no members.
  subscript(name: String) -> ResponseValue? {
    guard case .object(let members) = self,
      let found = members.last(where: { $0.name == name })?.value
    else { return nil }
    if case .null = found { return nil }
    return found
  }

  /// A member, or one within another: `authed_user.scope`.
  subscript(path path: String) -> ResponseValue? {
    path.split(separator: ".").reduce(self) { value, name in value?[String(name)] }
  }

  /// A text as it is; a number as it was written.
  var plainText: String? {
    switch self {
    case .text(let bytes): bytes.text()
    case .number(let text): text
    case .object, .array, .boolean, .null: nil
    }
  }

  var secret: SecretBytes? {
    guard case .text(let bytes) = self, bytes.count > 0 else { return nil }
    return bytes
  }
}

extension ResponseValue {
  /// Reads a response body: JSON (RFC 8259) or a form, whatever its `Content-Type` claims; `nil` if
  /// it is neither.
  static func read(_ body: [UInt8]) -> ResponseValue? {
    var reader = AnswerReader(body)
    if let value = reader.whole() { return value }
    return form(body)
  }

  /// RFC 6749 has no forms in responses; servers do.
  private static func form(_ body: [UInt8]) -> ResponseValue? {
    let pairs = body.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true)
    var members: [(name: String, value: ResponseValue)] = []
    for pair in pairs {
      guard let equals = pair.firstIndex(of: UInt8(ascii: "=")),
        let name = decoded(pair[..<equals]), let value = decoded(pair[(equals + 1)...])
      else { return nil }
      let text = String(decoding: name, as: UTF8.self)
      guard !text.isEmpty, text.allSatisfy({ $0.isLetter || $0.isNumber || "_-.".contains($0) })
      else { return nil }
      members.append((text, .text(SecretBytes(copying: value))))
    }
    return members.isEmpty ? nil : .object(members)
  }

  private static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var decoded: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): decoded.append(0x20)
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else {
          return nil
        }
        decoded.append(high << 4 | low)
      default: decoded.append(byte)
      }
    }
    return decoded
  }
}

/// JSON from bytes, without a text of any value.
private struct AnswerReader {
  /// Deeper than this no answer is.
  private static let depth = 32

  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func whole() -> ResponseValue? {
    skipSpace()
    guard let first = peek, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      return nil
    }
    guard let value = value(depth: 0) else { return nil }
    skipSpace()
    return peek == nil ? value : nil
  }

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard peek == byte else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) -> ResponseValue? {
    guard depth < Self.depth else { return nil }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""): return string().map { .text(SecretBytes(copying: $0)) }
    case UInt8(ascii: "t"): return word("true") ? .boolean(true) : nil
    case UInt8(ascii: "f"): return word("false") ? .boolean(false) : nil
    case UInt8(ascii: "n"): return word("null") ? .null : nil
    default: return number()
    }
  }

  private mutating func object(depth: Int) -> ResponseValue? {
    index += 1
    var members: [(name: String, value: ResponseValue)] = []
    if take(UInt8(ascii: "}")) { return .object([]) }
    repeat {
      skipSpace()
      guard peek == UInt8(ascii: "\""), let name = string(), take(UInt8(ascii: ":")),
        let value = value(depth: depth + 1)
      else { return nil }
      members.append((String(decoding: name, as: UTF8.self), value))
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}")) ? .object(members) : nil
  }

  private mutating func array(depth: Int) -> ResponseValue? {
    index += 1
    var items: [ResponseValue] = []
    if take(UInt8(ascii: "]")) { return .array([]) }
    repeat {
      guard let item = value(depth: depth + 1) else { return nil }
      items.append(item)
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "]")) ? .array(items) : nil
  }

  private mutating func word(_ text: String) -> Bool {
    let end = index + text.utf8.count
    guard end <= bytes.count, bytes[index..<end].elementsEqual(text.utf8) else { return false }
    index = end
    return true
  }

  private mutating func number() -> ResponseValue? {
    let start = index
    while let byte = peek, "+-.eE0123456789".utf8.contains(byte) { index += 1 }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    return Double(text) == nil ? nil : .number(text)
  }

  private mutating func string() -> [UInt8]? {
    index += 1
    var text: [UInt8] = []
    while let byte = peek {
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return text
      case UInt8(ascii: "\\"):
        guard let escaped = escape() else { return nil }
        text += escaped
      case 0..<0x20: return nil
      default: text.append(byte)
      }
    }
    return nil
  }

  private mutating func escape() -> [UInt8]? {
    guard let byte = peek else { return nil }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return unicode()
    default: return nil
    }
  }

  /// A pair of surrogates is one scalar; half of one stands for none.
  private mutating func unicode() -> [UInt8]? {
    guard var code = fourDigits() else { return nil }
    if (0xD800..<0xDC00).contains(code) {
      guard word("\\u"), let low = fourDigits(), (0xDC00..<0xE000).contains(low) else { return nil }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    return Unicode.Scalar(code).map { Array(String(Character($0)).utf8) }
  }

  private mutating func fourDigits() -> UInt32? {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = peek?.hexDigit else { return nil }
      index += 1
      code = code << 4 | UInt32(digit)
    }
    return code
  }
}

extension UInt8 {
  fileprivate var hexDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
