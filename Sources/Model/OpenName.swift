/// A connection's name: 1 to 150 Unicode scalars, no control characters, no space at either end.
///
/// The length is the tenant API's; names are unique within a store.
package struct ConnectionName: Hashable, Comparable, Sendable, Codable,
  CustomStringConvertible
{
  package static let maxLength = 150

  package let rawValue: String

  package init?(_ text: String) {
    if Self.isPlain(text.utf8.span) {
      rawValue = text
      return
    }
    let scalars = text.unicodeScalars
    guard let first = scalars.first, let last = scalars.last,
      scalars.count <= Self.maxLength,
      !first.properties.isWhitespace, !last.properties.isWhitespace,
      !scalars.contains(where: { $0.properties.generalCategory == .control })
    else { return nil }
    rawValue = text
  }

  /// ASCII without control characters, as nearly all names are; what is not may still be one.
  private static func isPlain(_ bytes: Span<UInt8>) -> Bool {
    guard (1...maxLength).contains(bytes.count), bytes[0] != 0x20, bytes[bytes.count - 1] != 0x20
    else { return false }
    for index in bytes.indices where !(0x20..<0x7F).contains(bytes[index]) { return false }
    return true
  }

  package var description: String { rawValue }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let name = Self(text) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath, debugDescription: "not a connection's name"))
    }
    self = name
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  /// By bytes, so that the order is the same in every locale.
  package static func < (left: Self, right: Self) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }
}

/// A name that others may extend, so any text is one: an app, a setup type, a field, a scope.
package protocol OpenName: Hashable, Comparable, Sendable, Codable, CustomStringConvertible,
  CodingKeyRepresentable, ExpressibleByStringLiteral
{
  var rawValue: String { get }
  init(_ rawValue: String)
}

extension OpenName {
  package var description: String { rawValue }

  package init(stringLiteral value: String) { self.init(value) }

  package static func < (left: Self, right: Self) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }

  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  package var codingKey: any CodingKey { NameKey(rawValue) }

  package init?(codingKey: some CodingKey) { self.init(codingKey.stringValue) }
}

private struct NameKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(_ text: String) { stringValue = text }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}

/// An app of the catalog, in lower case: `twilio`, `google_sheets`.
package struct AppID: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// The type of a setup, in lower case: `api_key`, `oauth_client_credentials`.
package struct SetupType: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A field of a setup: `account_id`.
package struct FieldName: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A permission that a service grants, as the service spells it.
package struct Scope: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A store's own id of a connection.
package struct StoreID: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A store's own mark of one state of a connection, or of one field. Only equality means anything.
package struct StoreVersion: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// One field of one connection.
package struct FieldAddress: Hashable, Comparable, Sendable {
  package let connection: ConnectionName
  package let field: FieldName

  package init(_ connection: ConnectionName, _ field: FieldName) {
    self.connection = connection
    self.field = field
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.connection, left.field) < (right.connection, right.field)
  }
}
