import Model
import SourceYAML

/// The values of keys that a mapping need not have; `nil` for none or `null`, and for what is refused.
extension NodeReader {
  mutating func text(_ key: String, in entries: [YAMLEntry], _ path: String) -> String? {
    entries.given(key).flatMap { text($0, "\(path).\(key)") }
  }

  mutating func boolean(_ key: String, in entries: [YAMLEntry], _ path: String) -> Bool? {
    entries.given(key).flatMap { boolean($0, "\(path).\(key)") }
  }

  mutating func wholeNumber(
    _ key: String, in entries: [YAMLEntry], _ path: String, _ limit: NumberLimit
  ) -> Int? {
    entries.given(key).flatMap { wholeNumber($0, "\(path).\(key)", limit) }
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, in entries: [YAMLEntry], _ path: String
  ) -> Choice? where Choice.RawValue == String {
    entries.given(key).flatMap { choice($0, "\(path).\(key)") }
  }

  /// The items of a list.
  mutating func list(_ key: String, in entries: [YAMLEntry], _ path: String) -> [YAMLNode] {
    entries.given(key).flatMap { list($0, "\(path).\(key)") } ?? []
  }

  /// The items of a list of texts.
  mutating func texts(_ key: String, in entries: [YAMLEntry], _ path: String) -> [String] {
    list(key, in: entries, path).compactMap { text($0, "\(path).\(key)") }
  }
}
