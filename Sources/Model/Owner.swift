import Encodings

/// The id of a project, `id` in its file: random, because anyone can give a project the same name.
package struct ProjectID: Hashable, Sendable, Codable, CustomStringConvertible {
  package let rawValue: String

  /// `nil` unless it has 16 to 64 characters of `a-z` and `0-9`.
  package init?(_ text: String) {
    guard (16...64).contains(text.utf8.count),
      text.utf8.allSatisfy({ $0.isASCIILowercase || $0.isASCIIDigit })
    else { return nil }
    rawValue = text
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let id = ProjectID(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a project's id")
    }
    self = id
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  package var description: String { rawValue }
}

/// Who applied a record: one environment of one project. What another owner applied is never changed.
package struct Owner: Hashable, Sendable, Codable, CustomStringConvertible {
  package let project: ProjectID
  /// The project's name when the record was written; for people, and never compared.
  package let name: String
  /// The environment's id, which it keeps when it is renamed; `nil` for the base.
  package let environment: String?

  package init(project: ProjectID, name: String, environment: String?) {
    self.project = project
    self.name = name
    self.environment = environment
  }

  package func isSame(as other: Owner) -> Bool {
    project == other.project && environment == other.environment
  }

  package var description: String {
    "project `\(name)` (id \(project))" + (environment.map { ", environment `\($0)`" } ?? "")
  }
}
