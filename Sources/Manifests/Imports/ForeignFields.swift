/// The fields of a connection as another tool has them, and what is not taken of it.
struct ForeignFields {
  private(set) var type: String?
  private(set) var texts: [String: String] = [:]
  /// What is left out, and why, for people.
  private(set) var left: [String] = []

  /// A setup: a mapping, or nothing.
  mutating func take(_ setup: ImportedData?, named name: String) {
    take(members(of: setup, named: name))
  }

  /// Of a mapping, or nothing.
  mutating func members(of data: ImportedData?, named name: String) -> [ImportedData.Member] {
    switch data {
    case .mapping(let members)?: return members
    case nil, .null?: return []
    case .list?, .text?, .entry?, .literal?:
      leave(name, "which is not a mapping")
      return []
    }
  }

  mutating func take(_ members: [ImportedData.Member]) {
    for member in members where member.value != .null {
      guard let text = member.value.text else {
        leave(member.key, "which is not a text")
        continue
      }
      if member.key == "type" {
        type = type ?? text
      } else if let known = texts[member.key], ExactText(known) != ExactText(text) {
        leave(member.key, "which has several values")
      } else {
        texts[member.key] = text
      }
    }
  }

  /// - Returns: `nil` if there are none, or none that can be read.
  mutating func scopes(_ data: ImportedData?) -> [String]? {
    guard let data, data != .null else { return nil }
    let scopes = data.scopes
    if scopes == nil { leave("scopes", "which are neither a list of texts nor one text") }
    return scopes
  }

  /// Anything but these keys.
  ///
  /// - Parameter path: of the mapping that has them.
  mutating func leaveAll(
    _ members: [ImportedData.Member], but keys: Set<String>, path: String = ""
  ) {
    for member in members where !keys.contains(member.key) && member.value != .null {
      leave(path + member.key, "which is not imported")
    }
  }

  mutating func leave(_ what: String, _ reason: String) { left.append("`\(what)`, \(reason)") }
}
