import Encodings
import Secrets

extension SecretBytes {
  /// `NAME=value`, as a shell, docker compose and dotenv libraries read it: bare if it is made of harmless
  /// letters; as it is in single quotes if that can be; else in double quotes, with `\` before what they act
  /// on. A carriage return is `\r`, which a shell does not read.
  ///
  /// - Returns: `nil` for bytes that are not UTF-8, and for a NUL, which no environment holds.
  func dotEnvLine(name: String) -> SecretBytes? {
    let kind = withBytes { span -> Quotes? in
      guard (try? UTF8Span(validating: span)) != nil else { return nil }
      var kind = Quotes.none
      for index in span.indices {
        switch span[index] {
        case 0: return nil
        case UInt8(ascii: "'"), UInt8(ascii: "\\"), 0x0D: kind = .double
        case let byte where byte.isASCIIAlphanumeric || "_-./:@%+,=".utf8.contains(byte): break
        default: if kind == .none { kind = .single }
        }
      }
      return kind
    }
    guard let kind else { return nil }
    return SecretBytes(capacity: name.utf8.count + count * 2 + 4) { target in
      var written = 0
      func put(_ bytes: some Sequence<UInt8>, _ target: inout MutableSpan<UInt8>) {
        for byte in bytes {
          target[written] = byte
          written += 1
        }
      }
      put("\(name)=\(kind.mark)".utf8, &target)
      withBytes { span in
        for index in span.indices {
          let byte = span[index]
          switch byte {
          case 0x0D: put(#"\r"#.utf8, &target)
          case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "$"), UInt8(ascii: "`"):
            put(kind == .double ? [UInt8(ascii: "\\"), byte] : [byte], &target)
          default: put(CollectionOfOne(byte), &target)
          }
        }
      }
      put("\(kind.mark)\n".utf8, &target)
      return written
    }
  }

  private enum Quotes {
    case none, single, double

    var mark: String {
      switch self {
      case .none: ""
      case .single: "'"
      case .double: "\""
      }
    }
  }
}
