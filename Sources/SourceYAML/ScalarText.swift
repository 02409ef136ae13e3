/// A text as a scalar of one line in block style: plain if that is safe, else in double quotes.
package func yamlScalar(_ text: String) -> String { ScalarText.oneLine(text, like: .plain) }

/// Texts as scalars that read back as the same texts.
enum ScalarText {
  /// The header's chomping of a literal block with this text: clip, or strip if no line break ends
  /// it. `nil` if a literal block would need more than that to keep the text.
  static func literalChomping(of text: String) -> String? {
    guard let first = text.utf8.first, text.utf8.contains(0x0A),
      first != 0x0A, !first.isBlank,
      !text.utf8.starts(with: "...".utf8), !text.utf8.starts(with: "---\n".utf8),
      text.unicodeScalars.allSatisfy({ $0 == "\n" || $0 == "\t" || $0.isPlainlyPrintable })
    else { return nil }
    if text.hasSuffix("\n\n") { return nil }
    // A last line of blanks alone would be taken for an empty one.
    let body = text.utf8.dropLast(text.hasSuffix("\n") ? 1 : 0)
    if body.reversed().prefix(while: { $0 != 0x0A }).allSatisfy(\.isBlank) { return nil }
    return text.hasSuffix("\n") ? "" : "-"
  }

  /// A text in one line of block style, quoted as the old one was or as it must be.
  static func oneLine(_ text: String, like style: YAMLScalar.Style) -> String {
    guard text.unicodeScalars.allSatisfy(\.isPlainlyPrintable) else { return doubleQuoted(text) }
    switch style {
    case .singleQuoted: return "'" + text.replacingQuotes() + "'"
    case .doubleQuoted: return doubleQuoted(text)
    case .plain, .literal, .folded: return isPlainSafe(text) ? text : doubleQuoted(text)
    }
  }

  static func plainKey(_ key: String) -> String {
    isPlainSafe(key) && key != "<<" ? key : doubleQuoted(key)
  }

  static func doubleQuotedKey(_ key: String) -> String {
    key.utf8.allSatisfy { $0.isAnchorLetter } && isPlainSafe(key) ? key : doubleQuoted(key)
  }

  /// A value inside of brackets.
  static func flow(_ value: YAMLNewValue) -> String {
    switch value {
    case .text(let text): doubleQuoted(text)
    case .list(let texts): "[" + texts.map(doubleQuoted).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{"
        + entries.map { "\(doubleQuotedKey($0.key)): \(doubleQuoted($0.text))" }
        .joined(separator: ", ") + "}"
    }
  }

  /// YAML 1.2.2 section 5.7: the escapes that JSON has too, and `\x`, `\u`, `\U`.
  static func doubleQuoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      default:
        if scalar.isPlainlyPrintable {
          quoted.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          let (mark, width) =
            scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
          quoted += "\\\(mark)" + String(repeating: "0", count: width - digits.count) + digits
        }
      }
    }
    return quoted + "\""
  }

  /// Whether a text needs no quotes in block style to be read back as a text.
  private static func isPlainSafe(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last,
      YAMLScalar.Kind(tagged: text) == .string, YAMLScalar.Kind(plain: text) == .string,
      text.unicodeScalars.allSatisfy(\.isPlainlyPrintable),
      !"-?:,[]{}#&*!|>'\"%@` ".utf8.contains(first), last != UInt8(ascii: " "),
      last != UInt8(ascii: ":"), !text.hasPrefix("..."), text != "="
    else { return false }
    var previous = first
    for byte in text.utf8 {
      if byte == UInt8(ascii: "#"), previous.isBlank { return false }
      if byte.isBlank, previous == UInt8(ascii: ":") { return false }
      previous = byte
    }
    return true
  }
}

extension Unicode.Scalar {
  /// Printable in every style and by every editor; no line separator, no byte order mark.
  fileprivate var isPlainlyPrintable: Bool {
    switch value {
    case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
      0x10000...0x10FFFF:
      true
    default: false
    }
  }
}

extension String {
  fileprivate func replacingQuotes() -> String {
    split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
  }
}
