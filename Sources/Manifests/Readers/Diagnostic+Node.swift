import Diagnostics
import Model
import SourceYAML

extension Diagnostic {
  static func unknownKey(
    _ entry: YAMLEntry, in path: String, known: [String], file: String
  ) -> Diagnostic {
    let near = nearestName(to: entry.keyText, among: known)
    return Diagnostic(
      .unknownKey, "unknown key `\(entry.keyText)`\(path.isEmpty ? "" : " in `\(path)`")",
      at: .source(file: file, range: entry.key.range),
      notes: near == nil ? ["known keys: \(known.joined(separator: ", "))"] : [],
      help: near.map { ["did you mean `\($0)`?"] } ?? [])
  }

  static func missingKey(
    _ key: String, in path: String, of node: YAMLNode, example: String, file: String
  ) -> Diagnostic {
    Diagnostic(
      .missingKey, "`\(path.isEmpty ? key : "\(path).\(key)")` is missing",
      at: .source(file: file, range: SourceRange(at: node.range.start)), help: ["add `\(example)`"])
  }

  static func wrongType(
    _ node: YAMLNode, _ path: String, expected: String, file: String
  ) -> Diagnostic {
    Diagnostic(
      .wrongType, "`\(path)` must be \(expected), not \(node.kindDescription)",
      at: .source(file: file, range: node.range),
      help: node.isUnquotedText && expected == "a string" ? ["quote the value"] : [])
  }

  static func outOfRange(
    _ node: YAMLNode, _ path: String, _ limit: NumberLimit, file: String
  ) -> Diagnostic {
    Diagnostic(
      .wrongType, "`\(path)` must be \(limit.summary)",
      at: .source(file: file, range: node.range))
  }

  static func notOneOf(
    _ text: String, _ allowed: [String], _ node: YAMLNode, _ path: String,
    code: DiagnosticCode = .notOneOf, file: String
  ) -> Diagnostic {
    let near = nearestName(to: text, among: allowed)
    return Diagnostic(
      code, "`\(path)` cannot be `\(text)`", at: .source(file: file, range: node.range),
      notes: ["allowed values: \(allowed.joined(separator: ", "))"],
      help: near.map { ["did you mean `\($0)`?"] } ?? [])
  }
}

extension YAMLNode {
  fileprivate var kindDescription: String {
    switch content {
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .scalar(let scalar):
      switch scalar.resolved {
      case .null: "nothing"
      case .bool: "a boolean"
      case .integer, .float: "a number"
      case .string: "a string"
      }
    }
  }

  fileprivate var isUnquotedText: Bool {
    guard case .scalar(let scalar) = content else { return false }
    switch scalar.resolved {
    case .bool, .integer, .float: return true
    case .null, .string: return false
    }
  }
}
