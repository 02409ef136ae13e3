import Model
import SourceYAML

extension JSON {
  /// As a YAML document in block style, indented by two spaces, with a line break at the end.
  ///
  /// Sealed messages are literal blocks; any other text is in one line.
  var yaml: String {
    switch self {
    case .object(let members) where !members.all.isEmpty:
      Self.lines(members, indent: "").joined(separator: "\n") + "\n"
    case .object, .array, .string, .number, .boolean, .null: inline + "\n"
    }
  }

  private static func lines(_ members: Members, indent: String) -> [String] {
    members.all.flatMap { key, value -> [String] in
      let head = "\(indent)\(yamlScalar(key)):"
      let inner = indent + "  "
      switch value {
      case .object(let members) where !members.all.isEmpty:
        return [head] + lines(members, indent: inner)
      case .array(let items) where !items.isEmpty:
        return [head] + items.map { "\(inner)- \($0.inline)" }
      case .string(let text) where SealedMessage.looksSealed(text):
        return ["\(head) |\(text.hasSuffix("\n") ? "" : "-")"] + block(text, indent: inner)
      case .object, .array, .string, .number, .boolean, .null:
        return ["\(head) \(value.inline)"]
      }
    }
  }

  private static func block(_ text: String, indent: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast(text.hasSuffix("\n") ? 1 : 0)
      .map { $0.isEmpty ? "" : indent + $0 }
  }

  /// A value in one line: JSON is YAML.
  private var inline: String {
    switch self {
    case .string(let text): yamlScalar(text)
    case .number(let digits): digits
    case .object, .array, .boolean, .null: text.split(separator: "\n").joined()
    }
  }
}
