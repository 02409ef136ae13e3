/// A name from an open set, so any text is valid: an app, a setup type, a field, a scope.
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

/// A store's own version of a connection, or of one field. Only equality has a meaning.
package struct StoreVersion: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}
