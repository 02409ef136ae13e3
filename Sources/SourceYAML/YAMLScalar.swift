import Encodings

/// A scalar's text, how it was written, and what the YAML 1.2 core schema takes it for.
package struct YAMLScalar: Hashable, Sendable {
  /// The text with quotes, escapes and folding undone.
  package let text: String
  package let style: Style
  let kind: Kind

  package enum Style: Hashable, Sendable {
    case plain, singleQuoted, doubleQuoted, literal, folded
  }

  package enum Resolved: Hashable, Sendable {
    case null, bool(Bool), integer, float, string
  }

  enum Kind: Hashable, Sendable {
    case null, yes, no, integer, float, string
  }

  package var resolved: Resolved {
    switch kind {
    case .null: .null
    case .yes: .bool(true)
    case .no: .bool(false)
    case .integer: .integer
    case .float: .float
    case .string: .string
    }
  }
}

extension YAMLScalar.Kind {
  /// What a plain scalar is in the core schema (YAML 1.2.2, section 10.3.2).
  ///
  /// We leave the schema in one point: digits with a leading zero stay a string, because account
  /// numbers and PINs are written so, and YAML 1.1 reads them as octal.
  init(plain text: String) {
    self = text.utf8.withSpan { Self(core: $0, leadingZeros: false) }
  }

  /// As `init(plain:)`, with the schema's own rule for leading zeros.
  init(tagged text: String) {
    self = text.utf8.withSpan { Self(core: $0, leadingZeros: true) }
  }

  private init(core text: Span<UInt8>, leadingZeros: Bool) {
    guard text.count > 0 else {
      self = .null
      return
    }
    switch text[0] {
    case UInt8(ascii: "~"):
      self = text.count == 1 ? .null : .string
    case UInt8(ascii: "n"), UInt8(ascii: "N"):
      self = text.isAny(of: "null", "Null", "NULL") ? .null : .string
    case UInt8(ascii: "t"), UInt8(ascii: "T"):
      self = text.isAny(of: "true", "True", "TRUE") ? .yes : .string
    case UInt8(ascii: "f"), UInt8(ascii: "F"):
      self = text.isAny(of: "false", "False", "FALSE") ? .no : .string
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "+"),
      UInt8(ascii: "-"):
      self = Self(number: text, leadingZeros: leadingZeros)
    default:
      self = .string
    }
  }

  private init(number text: Span<UInt8>, leadingZeros: Bool) {
    self = .string
    if text.count > 2, text[0] == UInt8(ascii: "0") {
      let digits = text.extracting(2...)
      if text[1] == UInt8(ascii: "o") {
        if digits.length(from: 0, where: { $0.isOctalDigit }) == digits.count { self = .integer }
        return
      }
      if text[1] == UInt8(ascii: "x") {
        if digits.length(from: 0, where: { $0.hexadecimalValue != nil }) == digits.count {
          self = .integer
        }
        return
      }
    }
    let isSigned = text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-")
    let body = text.extracting((isSigned ? 1 : 0)...)
    if body.isAny(of: ".inf", ".Inf", ".INF") || text.isAny(of: ".nan", ".NaN", ".NAN") {
      self = .float
      return
    }
    let whole = body.length(from: 0, where: { $0.isASCIIDigit })
    if !leadingZeros, whole > 1, body[0] == UInt8(ascii: "0") { return }
    if whole == body.count {
      if whole > 0 { self = .integer }
      return
    }
    var index = whole
    if body[index] == UInt8(ascii: ".") {
      let fraction = body.length(from: index + 1, where: { $0.isASCIIDigit })
      if whole == 0, fraction == 0 { return }
      index += 1 + fraction
    } else if whole == 0 {
      return
    }
    if index < body.count, body[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < body.count, body[index] == UInt8(ascii: "+") || body[index] == UInt8(ascii: "-") {
        index += 1
      }
      let exponent = body.length(from: index, where: { $0.isASCIIDigit })
      if exponent == 0 { return }
      index += exponent
    }
    if index == body.count { self = .float }
  }
}

extension String.UTF8View {
  fileprivate func withSpan<R>(_ body: (Span<UInt8>) -> R) -> R { body(span) }
}

extension Span<UInt8> {
  fileprivate func isAny(of words: StaticString...) -> Bool {
    words.contains { word in
      guard word.utf8CodeUnitCount == count else { return false }
      return word.withUTF8Buffer { letters in
        indices.allSatisfy { unsafe letters[$0] == self[$0] }
      }
    }
  }

  fileprivate func length(from start: Int, where holds: (UInt8) -> Bool) -> Int {
    var index = start
    while index < count, holds(self[index]) { index += 1 }
    return index - start
  }
}

extension UInt8 {
  fileprivate var isOctalDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "7") }
}
