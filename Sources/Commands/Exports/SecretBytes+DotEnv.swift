import Encodings
import Secrets

extension SecretBytes {
  /// `NAME=value`, as a shell, docker compose and dotenv libraries read it: bare if it is made of harmless
  /// letters; as it is in single quotes if that can be; else in double quotes, with `\` before what they act
  /// on. A carriage return is `\r`, which a shell does not read.
  ///
  /// - Returns: the line, and whether its readers disagree on what a `\` in its double quotes means; `nil` for
  ///   bytes that are not UTF-8, and for a NUL, which no environment holds.
  func dotEnvLine(name: String) -> (line: SecretBytes, isDisputed: Bool)? {
    guard let (kind, hasEscapes) = withBytes({ Self.quotes(of: $0) }) else { return nil }
    let line = SecretBytes(capacity: name.utf8.count + count * 2 + 4) { target in
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
          case let byte where Self.isActedOn(byte):
            put(kind == .double ? [UInt8(ascii: "\\"), byte] : [byte], &target)
          default: put(CollectionOfOne(byte), &target)
          }
        }
      }
      put("\(kind.mark)\n".utf8, &target)
      return written
    }
    return (line, kind == .double && hasEscapes)
  }

  /// In single quotes, some readers undo `\'` and `\\`; every other `\` stays for all of them.
  ///
  /// - Returns: also whether there is anything that has a `\` before it in double quotes.
  private static func quotes(of span: Span<UInt8>) -> (kind: Quotes, hasEscapes: Bool)? {
    guard (try? UTF8Span(validating: span)) != nil else { return nil }
    var (kind, hasEscapes, isAfterBackslash) = (Quotes.none, false, false)
    for index in span.indices {
      let byte = span[index]
      let isBackslash = byte == UInt8(ascii: "\\")
      if isActedOn(byte) { hasEscapes = true }
      switch byte {
      case 0: return nil
      case UInt8(ascii: "'"), 0x0D: kind = .double
      case _ where isBackslash && isAfterBackslash: kind = .double
      case let byte where byte.isASCIIAlphanumeric || "_-./:@%+,=".utf8.contains(byte): break
      default: if kind == .none { kind = .single }
      }
      isAfterBackslash = isBackslash
    }
    return (isAfterBackslash ? .double : kind, hasEscapes)
  }

  /// Whether a shell acts on it in double quotes.
  private static func isActedOn(_ byte: UInt8) -> Bool { #"\"$`"#.utf8.contains(byte) }

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
