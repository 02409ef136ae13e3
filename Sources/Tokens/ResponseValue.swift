import Encodings
import Model
import Secrets

/// A part of a service's response. Every text in it may be a token, so each is held as a secret.
indirect enum ResponseValue: Sendable {
  case object([(name: String, value: ResponseValue)])
  case array([ResponseValue])
  case text(SecretBytes)
  /// As it was written.
  case number(String)
  case boolean(Bool)
  case null

  /// The last member of that name; `nil` for none, for `null`, and for what has no members.
  subscript(name: String) -> ResponseValue? {
    guard case .object(let members) = self,
      let found = members.last(where: { $0.name == name })?.value
    else { return nil }
    if case .null = found { return nil }
    return found
  }

  /// A member, or one within another: `authed_user.scope`.
  subscript(path path: String) -> ResponseValue? {
    path.split(separator: ".").reduce(self) { value, name in value?[String(name)] }
  }

  /// A text as it is; a number as it was written.
  var plainText: String? {
    switch self {
    case .text(let bytes): bytes.text()
    case .number(let text): text
    case .object, .array, .boolean, .null: nil
    }
  }

  /// A number, or a text of one; `nil` for what is neither, or not finite.
  var seconds: Seconds? {
    guard let text = plainText?.trimmingPrefix(while: { $0 == " " }), let number = Double(text),
      number.isFinite
    else { return nil }
    return Seconds(number)
  }

  var secret: SecretBytes? {
    guard case .text(let bytes) = self, bytes.count > 0 else { return nil }
    return bytes
  }
}

extension ResponseValue {
  /// Reads a response body: JSON (RFC 8259) or a form, whatever its `Content-Type` claims; `nil` if
  /// it is neither.
  static func read(_ body: [UInt8]) -> ResponseValue? {
    json(body) ?? form(body)
  }

  /// An object or a list, at most 32 levels deep.
  private static func json(_ body: [UInt8]) -> ResponseValue? {
    var scanner = JSONScanner(body[...], depthLimit: 32)
    guard let kind = scanner.kind(), kind == .object || kind == .array,
      let value = ResponseValue(&scanner), scanner.isAtEnd()
    else { return nil }
    return value
  }

  private init?(_ scanner: inout JSONScanner) {
    let value: ResponseValue? =
      switch scanner.kind() {
      case .object: Self.members(&scanner).map { .object($0) }
      case .array: Self.elements(&scanner).map { .array($0) }
      case .string: scanner.value().flatMap { SecretBytes(jsonString: $0) }.map { .text($0) }
      case .number: scanner.number().map { .number($0) }
      case .boolean: scanner.boolean().map { .boolean($0) }
      case .null: scanner.null() ? .null : nil
      case nil: nil
      }
    guard let value else { return nil }
    self = value
  }

  private static func members(
    _ scanner: inout JSONScanner
  ) -> [(name: String, value: ResponseValue)]? {
    var members: [(name: String, value: ResponseValue)] = []
    let isWhole = scanner.object { name, scanner in
      guard let value = ResponseValue(&scanner) else { return false }
      members.append((name, value))
      return true
    }
    return isWhole ? members : nil
  }

  private static func elements(_ scanner: inout JSONScanner) -> [ResponseValue]? {
    var elements: [ResponseValue] = []
    let isWhole = scanner.array { scanner in
      guard let value = ResponseValue(&scanner) else { return false }
      elements.append(value)
      return true
    }
    return isWhole ? elements : nil
  }

  /// RFC 6749 has no forms in responses, but servers send them.
  private static func form(_ body: [UInt8]) -> ResponseValue? {
    let pairs = body.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true)
    var members: [(name: String, value: ResponseValue)] = []
    for pair in pairs {
      guard let equals = pair.firstIndex(of: UInt8(ascii: "=")),
        let name = formDecoded(pair[..<equals]), let value = formDecoded(pair[(equals + 1)...])
      else { return nil }
      let text = String(decoding: name, as: UTF8.self)
      guard !text.isEmpty, text.allSatisfy({ $0.isLetter || $0.isNumber || "_-.".contains($0) })
      else { return nil }
      members.append((text, .text(SecretBytes(copying: value))))
    }
    return members.isEmpty ? nil : .object(members)
  }
}
