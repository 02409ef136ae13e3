import Model
import Secrets
import Stores

/// The JSON of a write. Secrets go from their bytes into it; no `String` is made of them.
///
/// The array that is returned is the request's body: whoever sends it lets go of it at once, but
/// copies of it lie in the network's buffers until those are used again.
struct SetupBody {
  private var bytes: [UInt8] = []

  /// - Parameter isNew: with `app_id`, which a change must not have.
  static func json(_ write: VaultWrite, isNew: Bool) throws(StoreError) -> [UInt8] {
    var body = SetupBody()
    body.put("{\"name\":")
    body.put(text: write.name.rawValue)
    if isNew {
      body.put(",\"app_id\":")
      body.put(text: write.app.rawValue.uppercased())
    }
    if let setup = write.setup {
      body.put(",\"setup\":{\"type\":")
      body.put(text: setup.type.rawValue.uppercased())
      for (field, value) in setup.fields.sorted(by: { $0.key < $1.key }) {
        body.put(",")
        body.put(text: field.rawValue)
        body.put(":")
        switch value {
        case .plain(.string(let text)): body.put(text: text)
        case .plain(.number(let text)): body.put(text)
        case .plain(.boolean(let value)): body.put(value ? "true" : "false")
        case .secret(let secret):
          guard secret.withBytes({ body.put(quoting: $0) }) else {
            throw .writeFailed("`\(field)` is not UTF-8, which JSON needs")
          }
        }
      }
      body.put("}")
    }
    body.put("}")
    return body.bytes
  }

  private mutating func put(_ text: String) { bytes += Array(text.utf8) }

  private mutating func put(text: String) { _ = put(quoting: text.utf8.span) }

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
