import Encodings
package import SourceYAML

/// One setting of the project file: a key that has no keys below it, and its value.
package struct Setting: Sendable {
  package let path: SettingPath
  package let value: SettingValue
  package let node: YAMLNode
}

/// The value of a setting, without how it was written.
package indirect enum SettingValue: Hashable, Sendable {
  case text(String)
  /// A number, a boolean or `null`, as it is written.
  case plain(String)
  case list([SettingValue])
  /// Sorted by key.
  case mapping([Member])

  package struct Member: Hashable, Sendable {
    let key: String
    let value: SettingValue
  }

  init(_ node: YAMLNode) {
    switch node.content {
    case .scalar(let scalar):
      self = scalar.resolved == .string ? .text(scalar.text) : .plain(scalar.text)
    case .sequence(let items): self = .list(items.map(SettingValue.init))
    case .mapping(let entries):
      self = .mapping(
        entries.map { Member(key: $0.keyText, value: SettingValue($0.value)) }
          .sorted { $0.key < $1.key })
    }
  }

  /// The value as JSON, but for numbers and booleans, which stay as they are written.
  package var text: String {
    var json = JSONWriter()
    append(to: &json)
    return json.text
  }

  private func append(to json: inout JSONWriter) {
    switch self {
    case .text(let text): json.string(text)
    case .plain(let text): json.raw(text.utf8)
    case .list(let items):
      json.array { json in for item in items { item.append(to: &json) } }
    case .mapping(let members):
      json.object { json in
        for member in members {
          json.name(member.key)
          member.value.append(to: &json)
        }
      }
    }
  }

  /// The texts of a list; empty for anything else.
  package var listedTexts: [String] {
    guard case .list(let items) = self else { return [] }
    return items.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }
}
