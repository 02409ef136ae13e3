package import Encodings
package import Model
package import Secrets

extension JSONWriter {
  package mutating func value(_ value: PlainValue) {
    switch value {
    case .string(let text): string(text)
    case .number(let text): raw(text.utf8)
    case .boolean(let value): boolean(value)
    }
  }

  /// - Throws: `writeFailed` if the secret is not UTF-8.
  package mutating func value(
    _ secret: SecretBytes, of field: FieldName
  ) throws(StoreError) {
    guard string(secret) else {
      throw .writeFailed("`\(field)` is not UTF-8, as JSON requires")
    }
  }
}
