package import Encodings
package import SourceYAML

/// What another tool's file says: a tree of texts, without the format that it was written in.
package indirect enum ImportedData: Hashable, Sendable {
  case mapping([Member])
  case list([ImportedData])
  case text(String)
  /// A text that has parts of its own, such as an entry of a password store.
  case entry(text: String, parts: [Member])
  /// A number or a truth value, as it is written.
  case literal(String)
  case null

  package struct Member: Hashable, Sendable {
    package let key: String
    package let value: ImportedData

    package init(key: String, value: ImportedData) {
      self.key = key
      self.value = value
    }
  }

  /// A JSON file of valid UTF-8, in which no object has a key twice and no text half of a surrogate pair:
  /// readers do not agree what these mean.
  package init(json bytes: [UInt8]) throws(JSONTree.Fault) {
    try self.init(JSONTree(bytes), bytes)
  }

  private init(_ tree: JSONTree, _ bytes: [UInt8]) throws(JSONTree.Fault) {
    switch tree.content {
    case .object(let members):
      var keys: Set<String> = []
      var kept: [Member] = []
      for member in members {
        guard keys.insert(member.name).inserted else {
          throw JSONTree.Fault(
            reason: "an object in it has a key twice", offset: member.value.range.lowerBound)
        }
        kept.append(Member(key: member.name, value: try ImportedData(member.value, bytes)))
      }
      self = .mapping(kept)
    case .array(let items):
      var kept: [ImportedData] = []
      for item in items { kept.append(try ImportedData(item, bytes)) }
      self = .list(kept)
    case .string(let text):
      // The reader has put one in the place of such a half.
      if text.unicodeScalars.contains("\u{FFFD}"), Self.isEscapedPairPart(in: bytes[tree.range]) {
        throw JSONTree.Fault(
          reason: "a text in it has half of a surrogate pair", offset: tree.range.lowerBound)
      }
      self = .text(text)
    case .number, .boolean: self = .literal(String(decoding: bytes[tree.range], as: UTF8.self))
    case .null: self = .null
    }
  }

  /// Whether there is an escape from `\ud800` to `\udfff`.
  private static func isEscapedPairPart(in json: ArraySlice<UInt8>) -> Bool {
    json.indices.dropLast(3).contains { index in
      json[index] == UInt8(ascii: "\\") && json[index + 1] == UInt8(ascii: "u")
        && json[index + 2] | 0x20 == UInt8(ascii: "d")
        && (json[index + 3].hexadecimalValue ?? 0) >= 8
    }
  }

  /// A YAML document.
  package init(_ node: YAMLNode) {
    switch node.content {
    case .mapping(let entries):
      self = .mapping(
        entries.map { Member(key: $0.keyText, value: ImportedData($0.value)) })
    case .sequence(let items): self = .list(items.map { ImportedData($0) })
    case .scalar(let scalar):
      switch scalar.resolved {
      case .null: self = .null
      case .bool, .integer, .float: self = .literal(scalar.text)
      case .string: self = .text(scalar.text)
      }
    }
  }

  /// The value of a key; of several keys, the first one found.
  package subscript(keys: String...) -> ImportedData? {
    let members = members
    for key in keys {
      if let found = members.last(where: { $0.key == key }) { return found.value }
    }
    return nil
  }

  package var text: String? {
    switch self {
    case .text(let text), .entry(let text, _), .literal(let text): text
    case .mapping, .list, .null: nil
    }
  }

  /// A list of texts, or one text with spaces (RFC 6749 section 3.3); `nil` for anything else.
  var scopes: [String]? {
    switch self {
    case .list(let items):
      let texts = items.compactMap(\.text)
      return texts.count == items.count ? texts : nil
    case .text(let text): return text.split(separator: " ").map(String.init)
    case .mapping, .entry, .literal, .null: return nil
    }
  }

  var isMapping: Bool {
    if case .mapping = self { true } else { false }
  }

  package var items: [ImportedData] {
    if case .list(let items) = self { items } else { [] }
  }

  package var members: [Member] {
    switch self {
    case .mapping(let members), .entry(_, let members): members
    case .list, .text, .literal, .null: []
    }
  }

  /// Of a mapping, without a key; anything else is as it is.
  package func without(_ key: String) -> ImportedData {
    guard case .mapping(let members) = self else { return self }
    return .mapping(members.filter { $0.key != key })
  }
}
