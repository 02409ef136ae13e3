/// What a command did, as a few named values for programs. `schemas/action.schema.json` has all names.
package struct ActionReport: Sendable {
  package enum Value: Sendable, Encodable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case texts([String])

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let value): try container.encode(value)
      case .number(let value): try container.encode(value)
      case .flag(let value): try container.encode(value)
      case .texts(let value): try container.encode(value)
      }
    }
  }

  private let members: [String: Value]

  /// - Parameter members: those that are `nil` are left out.
  package init(_ members: [String: Value?]) { self.members = members.compactMapValues(\.self) }

  package var json: JSONReport { JSONReport(members) }
}
