import Encodings
import Secrets

extension SecretBytes {
  /// As YAML reads it again: in double quotes; bytes that are not UTF-8 as `!!binary` and base64.
  ///
  /// What YAML 1.2 allows in no text (section 5.1), and what YAML 1.1 takes for a line break, is escaped.
  func quotedForYAML() -> SecretBytes {
    guard withBytes({ $0.isYAMLText }) else { return base64ForYAML() }
    return SecretBytes(capacity: count * 4 + 2) { target in
      var writer = ByteWriter()
      writer.put("\"", &target)
      withBytes { span in
        for index in span.indices {
          switch span[index] {
          case 0x22: writer.put("\\\"", &target)
          case 0x5C: writer.put("\\\\", &target)
          case 0x0A: writer.put("\\n", &target)
          case 0x0D: writer.put("\\r", &target)
          case 0x09: writer.put("\\t", &target)
          case 0..<0x20, 0x7F: writer.putEscape(span[index], &target)
          // C1 controls: C2 80 to C2 9F.
          case 0xC2 where (0x80...0x9F).contains(span[index + 1]): break
          case 0x80...0x9F where index > 0 && span[index - 1] == 0xC2:
            writer.putEscape(span[index], &target)
          // U+2028 and U+2029.
          case 0xE2 where span[index + 1] == 0x80 && [0xA8, 0xA9].contains(span[index + 2]): break
          case 0x80 where span.isSeparator(at: index - 1): break
          case 0xA8 where span.isSeparator(at: index - 2): writer.put("\\L", &target)
          case 0xA9 where span.isSeparator(at: index - 2): writer.put("\\P", &target)
          default: writer.put(span[index], &target)
          }
        }
      }
      writer.put("\"", &target)
      return writer.count
    }
  }

  private func base64ForYAML() -> SecretBytes {
    SecretBytes(capacity: (count + 2) / 3 * 4 + 11) { target in
      var writer = ByteWriter()
      writer.put("!!binary \"", &target)
      withBytes { span in
        for start in stride(from: 0, to: span.count, by: 3) {
          let group = span.extracting(start..<Swift.min(start + 3, span.count))
          for letter in Base64.encoded(group.indices.map { group[$0] }) {
            writer.put(letter, &target)
          }
        }
      }
      writer.put("\"", &target)
      return writer.count
    }
  }
}

private struct ByteWriter {
  private(set) var count = 0

  mutating func put(_ byte: UInt8, _ target: inout MutableSpan<UInt8>) {
    target[count] = byte
    count += 1
  }

  mutating func put(_ bytes: StaticString, _ target: inout MutableSpan<UInt8>) {
    bytes.withUTF8Buffer { buffer in
      for index in buffer.indices { unsafe put(buffer[index], &target) }
    }
  }

  /// `\x` and two digits.
  mutating func putEscape(_ byte: UInt8, _ target: inout MutableSpan<UInt8>) {
    put("\\x", &target)
    for digit in [byte >> 4, byte & 15] { put(digit + (digit < 10 ? 48 : 55), &target) }
  }
}

extension Span<UInt8> {
  /// UTF-8 without U+FFFE and U+FFFF (EF BF BE and EF BF BF), which no YAML text has.
  fileprivate var isYAMLText: Bool {
    guard (try? UTF8Span(validating: self)) != nil else { return false }
    return !indices.contains { index in
      index + 2 < count && self[index] == 0xEF && self[index + 1] == 0xBF && self[index + 2] >= 0xBE
    }
  }

  fileprivate func isSeparator(at index: Int) -> Bool {
    index >= 0 && index + 2 < count && self[index] == 0xE2 && self[index + 1] == 0x80
      && (self[index + 2] == 0xA8 || self[index + 2] == 0xA9)
  }
}
