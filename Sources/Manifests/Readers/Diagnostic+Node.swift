import Diagnostics
import Model
import SourceYAML

extension Diagnostic {
  static func unknownKey(_ word: RefusedWord, in path: String, at location: Location) -> Diagnostic
  {
    Diagnostic(
      .unknownKey, "unknown key\(word.quoted)\(path.isEmpty ? "" : " in `\(path)`")", at: location,
      notes: word.isNear ? [] : ["known keys: \(word.listing)"], help: word.help)
  }

  static func tooManyItems(
    _ path: String, _ limit: Int, _ items: String, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .tooManyItems,
      "\(path.isEmpty ? "the document" : "`\(path)`") has more than \(limit) \(items)",
      at: location, help: ["use fewer"])
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
    _ word: RefusedWord, _ path: String, code: DiagnosticCode, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      code, word.isNear ? "`\(path)` cannot be\(word.quoted)" : "`\(path)` has an unknown value",
      at: location, notes: ["allowed values: \(word.listing)"], help: word.help)
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
