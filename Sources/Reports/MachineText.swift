import Diagnostics
import Encodings
import Model

/// Text for a program, in that program's format; its writer has escaped outside text.
///
/// Only the writers here create one, so that output without terminal escaping is a decision.
package struct MachineText: Hashable, Sendable {
  package let text: String

  init(written text: String) { self.text = text }

  /// A JSON text. Terminals show it too, so what they would act on is escaped as JSON does it; outside
  /// of strings, JSON has no such character.
  package init(json text: String) {
    self.text = Self.escaped(text, Self.jsonEscape)
  }

  /// A YAML text whose strings are in double quotes: as `init(json:)`, but YAML has no escape for half of a
  /// surrogate pair.
  package init(yaml text: String) { self.text = Self.escaped(text, scalarEscape) }

  /// `text` as a key of a YAML mapping, in double quotes if it is not a plain word.
  package init(yamlKey text: String) {
    let isWord = text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "_-".utf8.contains($0) }
    if isWord, text.utf8.first.map({ $0 >= UInt8(ascii: "A") }) ?? false {
      self.text = text
    } else {
      self = MachineText(yaml: String(canonicalText([text]).dropFirst().dropLast()))
    }
  }

  /// A file for git's own differences, with its tabs and line ends. Git's pager may pass the rest on.
  package init(manifest text: String) {
    let scalars = Array(text.unicodeScalars)
    var written = ""
    var part = String.UnicodeScalarView()
    for (index, scalar) in scalars.enumerated() {
      let isBreak = scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
      if isBreak || scalar == "\n" || scalar == "\t" {
        written += TerminalText(String(part)).renderedWithinLine
        written.unicodeScalars.append(scalar)
        part = String.UnicodeScalarView()
      } else {
        part.append(scalar)
      }
    }
    self.text = written + TerminalText(String(part)).renderedWithinLine
  }

  /// Text from the argument parser: a shell's completion script, help.
  package init(parserOutput text: String) { self.text = text }

  private static func escaped(
    _ text: String, _ escape: (Unicode.Scalar) -> String
  ) -> String {
    // Nearly all text is plain ASCII.
    if isPlain(text) { return text }
    var escaped = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      let isCommand = scalar == "#" && previous == "#"
      if (scalar.isShowable && !isCommand) || scalar == "\n" {
        escaped.append(scalar)
      } else {
        escaped.append(contentsOf: escape(scalar).unicodeScalars)
      }
      previous = scalar
    }
    return String(escaped)
  }

  /// Printable ASCII in lines, and no two number signs in a row.
  private static func isPlain(_ json: String) -> Bool {
    var previous: UInt8 = 0
    return json.utf8.allSatisfy { byte in
      defer { previous = byte }
      return ((0x20..<0x7F).contains(byte) && !(byte == UInt8(ascii: "#") && previous == byte))
        || byte == UInt8(ascii: "\n")
    }
  }

  private static func jsonEscape(_ scalar: Unicode.Scalar) -> String {
    scalar.utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }
}
