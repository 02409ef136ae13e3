import Diagnostics
import Manifests
import Model
import Secrets

/// A connection's fields as a text for an editor, and that text's values.
///
/// It is read and written as bytes, so that no opened value becomes a `String`:
///
///     # a comment
///     account_id: everything after the blank, without quotes
///     private_key: |
///       lines that two spaces indent; after `|-`, the last one ends without a line break
struct FieldSheet {
  let fields: [FieldName]

  struct RefusedLine: Error {
    enum Reason {
      case unknown
      /// It has a line before.
      case repeated(FieldName)
    }

    let number: Int
    let reason: Reason
  }

  private static let indent: [UInt8] = [0x20, 0x20]

  /// - Parameter heading: comment lines.
  func written(_ values: [FieldName: SecretBytes], under heading: [String]) -> SecretBytes {
    let start = Array(heading.map { "# \($0)\n" }.joined().utf8)
    // At worst each byte is a line break, with an indentation after it.
    let capacity = fields.reduce(start.count) {
      $0 + $1.rawValue.utf8.count + (values[$1]?.count ?? 0) * 3 + 8
    }
    return SecretBytes(capacity: capacity) { target in
      var written = 0
      func put(_ bytes: some Sequence<UInt8>, _ target: inout MutableSpan<UInt8>) {
        for byte in bytes {
          target[written] = byte
          written += 1
        }
      }
      put(start, &target)
      for field in fields {
        put("\(field):".utf8, &target)
        if let value = values[field] {
          value.withBytes { span in
            let isBlock = Self.needsBlock(span)
            let endsWithBreak = span.count > 0 && span[span.count - 1] == 0x0A
            put((isBlock ? endsWithBreak ? " |\n  " : " |-\n  " : " ").utf8, &target)
            for index in 0..<(span.count - (isBlock && endsWithBreak ? 1 : 0)) {
              put(CollectionOfOne(span[index]), &target)
              if span[index] == 0x0A { put(Self.indent, &target) }
            }
          }
        }
        put("\n".utf8, &target)
      }
      return written
    }
  }

  private static func needsBlock(_ value: Span<UInt8>) -> Bool {
    guard value.count > 0 else { return false }
    return value[0] == UInt8(ascii: "|") || value.indices.contains { value[$0] == 0x0A }
  }

  /// The fields that have a value.
  ///
  /// - Throws: the first line that is neither a field nor a comment, or the second one of a field.
  func values(in text: SecretBytes) throws(RefusedLine) -> [FieldName: SecretBytes] {
    try text.withBytes { (span) throws(RefusedLine) in
      var values: [FieldName: SecretBytes] = [:]
      var seen: Set<FieldName> = []
      var lines = Lines()
      while let line = lines.next(in: span) {
        if line.isEmpty || span[line.lowerBound] == UInt8(ascii: "#") { continue }
        guard let field = fields.first(where: { span.begins(line, with: "\($0):") }) else {
          throw RefusedLine(number: lines.number, reason: .unknown)
        }
        guard seen.insert(field).inserted else {
          throw RefusedLine(number: lines.number, reason: .repeated(field))
        }
        var start = line.lowerBound + field.rawValue.utf8.count + 1
        if start < line.upperBound, span[start] == 0x20 { start += 1 }
        let rest = start..<line.upperBound
        let isClipped = span.begins(rest, with: "|") && rest.count == 1
        if isClipped || (span.begins(rest, with: "|-") && rest.count == 2) {
          values[field] = Self.block(span, &lines, endsWithBreak: isClipped)
        } else if !rest.isEmpty {
          values[field] = span.secret(rest)
        }
      }
      return values
    }
  }

  /// The lines of a block, without their indentation.
  private static func block(
    _ span: Span<UInt8>, _ lines: inout Lines, endsWithBreak: Bool
  ) -> SecretBytes {
    var found: [Range<Int>] = []
    while true {
      // Editors may remove the blanks of an empty line; what comes after it shows where it belongs.
      var ahead = lines
      var empty: [Range<Int>] = []
      while let line = ahead.peek(in: span), line.isEmpty {
        empty.append(line)
        _ = ahead.next(in: span)
      }
      guard let line = ahead.next(in: span), span.begins(line, with: "  ") else { break }
      found += empty + [line.lowerBound + 2..<line.upperBound]
      lines = ahead
    }
    return SecretBytes(capacity: found.reduce(0) { $0 + $1.count + 1 }) { target in
      var written = 0
      for (number, line) in found.enumerated() {
        for index in line {
          target[written] = span[index]
          written += 1
        }
        if number < found.count - 1 || endsWithBreak {
          target[written] = 0x0A
          written += 1
        }
      }
      return written
    }
  }
}

/// The lines of a text that end with LF or with the text.
private struct Lines {
  private var offset = 0
  private(set) var number = 0

  func peek(in text: Span<UInt8>) -> Range<Int>? {
    guard offset < text.count else { return nil }
    var end = offset
    while end < text.count, text[end] != 0x0A { end += 1 }
    return offset..<end
  }

  mutating func next(in text: Span<UInt8>) -> Range<Int>? {
    guard let line = peek(in: text) else { return nil }
    offset = line.upperBound + 1
    number += 1
    return line
  }
}

extension Span<UInt8> {
  fileprivate func begins(_ range: Range<Int>, with text: String) -> Bool {
    let text = text.utf8.span
    guard range.count >= text.count else { return false }
    return text.indices.allSatisfy { self[range.lowerBound + $0] == text[$0] }
  }

  fileprivate func secret(_ range: Range<Int>) -> SecretBytes {
    SecretBytes(capacity: range.count) { target in
      for index in range { target[index - range.lowerBound] = self[index] }
      return range.count
    }
  }
}
