/// Reads JSON (RFC 8259, strictly) from bytes, one value at a time.
///
/// Replaces Foundation's decoder for three reasons: stores hold thousands of records, and it takes
/// twenty times as long; it makes a `String` of every text, and a text may be a secret; and it cannot
/// return a value's bytes as they were written. What follows RFC 8259 but has no meaning, half of a
/// surrogate pair, is refused, unless it is to be replaced.
///
/// Every method skips white space before a value, and returns `nil` or `false` if the JSON is
/// malformed or something else; `offset` is then where reading stopped. What a name that occurs twice
/// means, the caller decides.
package struct JSONScanner {
  package enum Kind: Hashable, Sendable {
    case object, array, string, number, boolean, null
  }

  private let bytes: ArraySlice<UInt8>
  /// An index of the bytes that it was made with.
  package private(set) var offset: Int
  /// Whether reading stopped because of `depthLimit`.
  package private(set) var isTooDeep = false
  private var depth = 0
  private let depthLimit: Int
  private let replacesInvalidText: Bool

  /// - Parameters:
  ///   - depthLimit: objects and lists nested deeper are refused, so that no input exhausts the
  ///     stack.
  ///   - replacesInvalidText: reads half of a surrogate pair, and bytes that are not UTF-8, as
  ///     U+FFFD.
  package init(
    _ bytes: ArraySlice<UInt8>, depthLimit: Int = 128, replacesInvalidText: Bool = false
  ) {
    self.bytes = bytes
    self.depthLimit = depthLimit
    self.replacesInvalidText = replacesInvalidText
    offset = bytes.startIndex
  }

  package init(_ text: String) { self.init(Array(text.utf8)[...]) }

  /// Whether nothing but white space is left.
  package mutating func isAtEnd() -> Bool {
    skipSpace()
    return offset == bytes.endIndex
  }

  /// What the next value is by its first byte; `nil` if no value begins.
  package mutating func kind() -> Kind? {
    skipSpace()
    guard let byte else { return nil }
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"): return .number
    default: return byte.isASCIIDigit ? .number : nil
    }
  }

  private var byte: UInt8? { offset < bytes.endIndex ? bytes[offset] : nil }

  private mutating func skipSpace() {
    while let byte, byte <= 0x20, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
  }

  private mutating func take(_ mark: UInt8) -> Bool {
    // There is no white space in what our own stores hold.
    if byte != mark { skipSpace() }
    guard byte == mark else { return false }
    offset += 1
    return true
  }
}

// MARK: - Objects and lists

extension JSONScanner {
  /// An object, whose values `member` reads; it returns whether it could.
  package mutating func object(_ member: (String, inout JSONScanner) -> Bool) -> Bool {
    sequence(from: UInt8(ascii: "{"), to: UInt8(ascii: "}")) { scanner in
      guard let name = scanner.string(), scanner.take(UInt8(ascii: ":")) else { return false }
      return member(name, &scanner)
    }
  }

  /// A list, whose values `element` reads; it returns whether it could.
  package mutating func array(_ element: (inout JSONScanner) -> Bool) -> Bool {
    sequence(from: UInt8(ascii: "["), to: UInt8(ascii: "]"), element)
  }

  private mutating func sequence(
    from start: UInt8, to end: UInt8, _ element: (inout JSONScanner) -> Bool
  ) -> Bool {
    guard take(start) else { return false }
    guard depth < depthLimit else {
      isTooDeep = true
      return false
    }
    depth += 1
    defer { depth -= 1 }
    if take(end) { return true }
    repeat {
      guard element(&self) else { return false }
    } while take(UInt8(ascii: ","))
    return take(end)
  }

  /// Any value, as it was written.
  package mutating func value() -> ArraySlice<UInt8>? {
    guard let kind = kind() else { return nil }
    let start = offset
    let isWhole =
      switch kind {
      case .object:
        sequence(from: UInt8(ascii: "{"), to: UInt8(ascii: "}")) { scanner in
          guard scanner.string({ _ in }), scanner.take(UInt8(ascii: ":")) else { return false }
          return scanner.value() != nil
        }
      case .array: array { $0.value() != nil }
      case .string: string { _ in }
      case .number: numberBytes() != nil
      case .boolean: boolean() != nil
      case .null: null()
      }
    return isWhole ? bytes[start..<offset] : nil
  }
}

// MARK: - Scalars

extension JSONScanner {
  package mutating func boolean() -> Bool? {
    skipSpace()
    if takeWord("true") { return true }
    return takeWord("false") ? false : nil
  }

  package mutating func null() -> Bool {
    skipSpace()
    return takeWord("null")
  }

  private mutating func takeWord(_ word: StaticString) -> Bool {
    let end = offset + word.utf8CodeUnitCount
    guard end <= bytes.endIndex, bytes[offset..<end].elementsEqual(word.description.utf8) else {
      return false
    }
    offset = end
    return true
  }

  /// A number as it was written.
  package mutating func number() -> String? {
    numberBytes().map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether a text is a number (RFC 8259 section 6); YAML has more, such as `0x1f` and `.inf`.
  package static func isNumber(_ text: String) -> Bool {
    var scanner = JSONScanner(text)
    return scanner.number() == text
  }

  /// A number without fraction and exponent; `nil` if it is beyond 64 bits.
  package mutating func integer() -> Int64? { number().flatMap { Int64($0) } }

  private mutating func numberBytes() -> ArraySlice<UInt8>? {
    skipSpace()
    let start = offset
    if byte == UInt8(ascii: "-") { offset += 1 }
    if byte == UInt8(ascii: "0") {
      offset += 1
    } else {
      guard takeDigits() else { return nil }
    }
    if byte == UInt8(ascii: ".") {
      offset += 1
      guard takeDigits() else { return nil }
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      offset += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { offset += 1 }
      guard takeDigits() else { return nil }
    }
    return bytes[start..<offset]
  }

  private mutating func takeDigits() -> Bool {
    let start = offset
    while let byte, byte.isASCIIDigit { offset += 1 }
    return offset > start
  }
}

// MARK: - Strings

extension JSONScanner {
  /// A string that is no secret; `nil` if it is not UTF-8 and that is not replaced.
  package mutating func string() -> String? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = offset
    while let byte {
      switch byte {
      case UInt8(ascii: "\""):
        defer { offset += 1 }
        return text(bytes[start..<offset].span)
      case UInt8(ascii: "\\"):
        offset = start
        var text: [UInt8] = []
        return stringRest { text.append($0) } ? self.text(text.span) : nil
      case ..<0x20: return nil
      default: offset += 1
      }
    }
    return nil
  }

  /// `nil` if the bytes are not UTF-8. `String(validating:as:)` is generic in the standard library and
  /// not specialized here, which took 5 % of a plan.
  private func text(_ bytes: Span<UInt8>) -> String? {
    do {
      return String(copying: try UTF8Span(validating: bytes))
    } catch {
      return replacesInvalidText
        ? String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) : nil
    }
  }

  /// Passes the bytes of a string on, its escapes resolved, so that a secret becomes no `String`.
  /// Whether they are UTF-8 is not checked.
  package mutating func string(_ receive: (UInt8) -> Void) -> Bool {
    take(UInt8(ascii: "\"")) && stringRest(receive)
  }

  /// Up to and with the closing quote.
  private mutating func stringRest(_ receive: (UInt8) -> Void) -> Bool {
    while let byte {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return true
      case UInt8(ascii: "\\"):
        guard let scalar = escape(), let units = UTF8.encode(scalar) else { return false }
        for unit in units { receive(unit) }
      case ..<0x20: return false
      default: receive(byte)
      }
    }
    return false
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard let byte else { return nil }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return unicodeEscape()
    default: return nil
    }
  }

  /// Four hex digits, or a surrogate pair in two escapes; `nil` for half of a pair.
  private mutating func unicodeEscape() -> Unicode.Scalar? {
    guard let first = fourDigits() else { return nil }
    let half: Unicode.Scalar? = replacesInvalidText ? "\u{FFFD}" : nil
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? half }
    let end = offset
    guard takeWord("\\u"), let second = fourDigits(), (0xDC00..<0xE000).contains(second) else {
      // What follows is another character's.
      offset = end
      return half
    }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private mutating func fourDigits() -> UInt32? {
    guard offset + 4 <= bytes.endIndex,
      let number = hexadecimalNumber(bytes[offset..<(offset + 4)])
    else { return nil }
    offset += 4
    return number
  }
}
