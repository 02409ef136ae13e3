import Secrets

extension SecretBytes {
  /// In double quotes, as YAML and JSON read them. Bytes that are not UTF-8 stay as they are.
  func quotedForYAML() -> SecretBytes {
    SecretBytes(capacity: count * 4 + 2) { target in
      var written = 0
      func put(_ bytes: StaticString, _ target: inout MutableSpan<UInt8>) {
        bytes.withUTF8Buffer { buffer in
          for index in buffer.indices {
            target[written] = unsafe buffer[index]
            written += 1
          }
        }
      }
      put("\"", &target)
      withBytes { span in
        for index in span.indices {
          switch span[index] {
          case 0x22: put("\\\"", &target)
          case 0x5C: put("\\\\", &target)
          case 0x0A: put("\\n", &target)
          case 0x0D: put("\\r", &target)
          case 0x09: put("\\t", &target)
          case 0..<0x20, 0x7F:
            put("\\x", &target)
            for digit in [span[index] >> 4, span[index] & 15] {
              target[written] = digit + (digit < 10 ? 48 : 55)
              written += 1
            }
          default:
            target[written] = span[index]
            written += 1
          }
        }
      }
      put("\"", &target)
      return written
    }
  }
}
