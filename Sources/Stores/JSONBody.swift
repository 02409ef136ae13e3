package import Model
package import Secrets

/// JSON that secrets go into from their bytes; no `String` is made of them.
///
/// `bytes` is a request's body: its sender drops it at once, but copies of it lie in the network's
/// buffers until those are reused.
package struct JSONBody {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// JSON as it is.
  package mutating func put(_ json: String) { bytes += Array(json.utf8) }

  /// JSON as it came from elsewhere.
  package mutating func put(raw json: some Collection<UInt8>) { bytes += json }

  /// A JSON string.
  package mutating func put(text: String) { _ = put(quoting: text.utf8.span) }

  package mutating func put(_ value: PlainValue) {
    switch value {
    case .string(let text): put(text: text)
    case .number(let text): put(text)
    case .boolean(let value): put(value ? "true" : "false")
    }
  }

  /// - Throws: `writeFailed` where the value is not UTF-8.
  package mutating func put(_ secret: SecretBytes, of field: FieldName) throws(StoreError) {
    guard secret.withBytes({ put(quoting: $0) }) else {
      throw .writeFailed("`\(field)` is not UTF-8, which JSON needs")
    }
  }

  /// - Returns: whether the bytes are UTF-8.
  private mutating func put(quoting span: Span<UInt8>) -> Bool {
    guard (try? UTF8Span(validating: span)) != nil else { return false }
    bytes.append(UInt8(ascii: "\""))
    for index in span.indices {
      switch span[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), span[index]]
      case ..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes +=
          Array("\\u00".utf8) + [digits[Int(span[index] >> 4)], digits[Int(span[index] & 15)]]
      default: bytes.append(span[index])
      }
    }
    bytes.append(UInt8(ascii: "\""))
    return true
  }
}
