import Diagnostics
import Encodings
import Model
import Secrets

/// A form's fields (URL Standard, section 5.1), read from bytes into bytes: no value becomes a text.
struct FormValues: Sendable {
  /// A field without a value is left out; of two, the last counts.
  let values: [FieldName: SecretBytes]

  /// - Throws: if a field is not well encoded: nothing of the form is used then.
  init(_ body: SecretBytes) throws {
    var values: [FieldName: SecretBytes] = [:]
    var start = 0
    for end in Self.ends(of: body) {
      if end > start {
        guard let (name, value) = Self.field(body, start..<end) else { throw Failure(.notAForm) }
        if value.count > 0 { values[name] = value }
      }
      start = end + 1
    }
    self.values = values
  }

  /// Where the fields end: at `&`, and at the end.
  private static func ends(of body: SecretBytes) -> [Int] {
    body.withBytes { bytes in
      bytes.indices.filter { bytes[$0] == UInt8(ascii: "&") }
    } + [body.count]
  }

  private static func field(
    _ body: SecretBytes, _ range: Range<Int>
  ) -> (FieldName, SecretBytes)? {
    let equals = body.withBytes { bytes in range.first { bytes[$0] == UInt8(ascii: "=") } }
    guard let equals, equals + 1 <= range.upperBound,
      let name = decoded(body, range.lowerBound..<equals),
      let value = decoded(body, equals + 1..<range.upperBound)
    else { return nil }
    return (
      FieldName(
        name.withBytes { bytes in
          String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        }), value
    )
  }

  /// `nil` if two hex digits do not follow a `%`.
  private static func decoded(_ body: SecretBytes, _ range: Range<Int>) -> SecretBytes? {
    var isWell = true
    let decoded = SecretBytes(capacity: range.count) { span in
      body.withBytes { bytes in
        var (index, count) = (range.lowerBound, 0)
        while index < range.upperBound {
          switch bytes[index] {
          case UInt8(ascii: "+"): span[count] = 0x20
          case UInt8(ascii: "%"):
            guard index + 2 < range.upperBound, let high = bytes[index + 1].hexadecimalValue,
              let low = bytes[index + 2].hexadecimalValue
            else {
              isWell = false
              return 0
            }
            span[count] = high << 4 | low
            index += 2
          default: span[count] = bytes[index]
          }
          index += 1
          count += 1
        }
        return count
      }
    }
    return isWell ? decoded : nil
  }
}

extension Diagnostic {
  static var notAForm: Diagnostic {
    Diagnostic(
      .wrongType, "no value was taken: the form is not well encoded",
      notes: ["nothing was written"])
  }
}
