import Encodings
import Model
import Secrets

/// The members of a JSON object as slices of its bytes, so that a value that may be a secret is
/// compared and passed on without becoming a `String` (RFC 8259).
struct JSONObject {
  /// In the object's order.
  let members: [(name: String, value: ArraySlice<UInt8>)]
  /// The object itself.
  let whole: ArraySlice<UInt8>

  /// `nil` if the bytes do not begin with an object.
  init?(_ bytes: ArraySlice<UInt8>) {
    var members: [(name: String, value: ArraySlice<UInt8>)] = []
    var scanner = JSONScanner(bytes)
    let isWhole = scanner.object { name, scanner in
      guard let value = scanner.value() else { return false }
      members.append((name, value))
      return true
    }
    guard isWhole else { return nil }
    self.members = members
    whole = bytes[..<scanner.offset]
  }

  subscript(name: String) -> ArraySlice<UInt8>? { members.first { $0.name == name }?.value }

  func object(_ name: String) -> JSONObject? { self[name].flatMap { JSONObject($0) } }

  /// A member that is a string, and no secret.
  func text(_ name: String) -> String? {
    if let value = self[name], case .string(let text) = Self.plain(value) { text } else { nil }
  }

  /// A scalar in the form that a service receives: a string's characters, a number's digits.
  static func scalar(_ value: ArraySlice<UInt8>) -> SecretBytes? {
    var scanner = JSONScanner(value)
    return switch scanner.kind() {
    case .string: SecretBytes(jsonString: value)
    case .number, .boolean, .null: SecretBytes(copying: value)
    case .object, .array, nil: nil
    }
  }

  /// A scalar that is no secret.
  static func plain(_ value: ArraySlice<UInt8>) -> PlainValue? {
    var scanner = JSONScanner(value)
    return switch scanner.kind() {
    case .string: scanner.string().map { .string($0) }
    case .number: scanner.number().map { .number($0) }
    case .boolean: scanner.boolean().map { .boolean($0) }
    case .object, .array, .null, nil: nil
    }
  }
}
