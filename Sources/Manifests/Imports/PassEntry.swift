/// One entry of a password store (https://www.passwordstore.org): the password on the first line, and what
/// belongs to it as `KEY: VALUE` on the others. A key in PEM and a JSON document are one value, of all their lines.
package struct PassEntry: Sendable {
  /// `nil`: it has other lines, and nothing says whether they belong to the value.
  package let data: ImportedData?

  /// - Parameter content: as `pass show` prints it.
  package init(_ content: String) {
    let scalars = content.unicodeScalars
    let lines = scalars.split(separator: "\n", omittingEmptySubsequences: false).map {
      String(String.UnicodeScalarView($0))
    }
    let rest = lines.dropFirst().filter { !$0.isEmpty }
    // `pass insert` ends the line that it was given.
    guard let first = lines.first, let last = rest.last else {
      data = .text(lines.first ?? "")
      return
    }
    if Self.isPEM(first, last) || Self.isJSON(content) {
      data = .text(content)
      return
    }
    let parts = rest.compactMap(Self.part)
    guard parts.count == rest.count else {
      data = nil
      return
    }
    data = .entry(
      text: first, parts: [ImportedData.Member(key: "password", value: .text(first))] + parts)
  }

  private static func isPEM(_ first: String, _ last: String) -> Bool {
    first.hasPrefix("-----BEGIN ") && last.hasPrefix("-----END ")
  }

  /// An object: a text in quotes would be a password.
  private static func isJSON(_ content: String) -> Bool {
    content.utf8.first == UInt8(ascii: "{") && (try? ImportedData(json: Array(content.utf8))) != nil
  }

  private static func part(_ line: String) -> ImportedData.Member? {
    let scalars = line.unicodeScalars
    guard let colon = scalars.firstIndex(of: ":"), colon > scalars.startIndex else { return nil }
    let after = scalars[scalars.index(after: colon)...]
    guard after.first.map({ $0 == " " || $0 == "\t" }) ?? true else { return nil }
    let value = after.drop { $0 == " " || $0 == "\t" }
    return ImportedData.Member(
      key: String(String.UnicodeScalarView(scalars[..<colon])),
      value: .text(String(String.UnicodeScalarView(value))))
  }
}

extension ImportedData {
  /// Entries of a password store, in the folders that their names give.
  package init(entries: [(name: String, data: ImportedData)]) {
    let slash = UInt8(ascii: "/")
    let groups = Dictionary(grouping: entries) { entry in
      ExactText(String(decoding: entry.name.utf8.prefix { $0 != slash }, as: UTF8.self))
    }
    self = .mapping(
      groups.sorted { $0.key < $1.key }.map { key, group in
        // A folder and an entry may have the same name.
        let own = group.last { ExactText($0.name) == key }?.data
        let below = group.filter { ExactText($0.name) != key }.map {
          name, data -> (name: String, data: ImportedData) in
          let rest = name.utf8.dropFirst(key.text.utf8.count + 1)
          return (name: String(decoding: rest, as: UTF8.self), data: data)
        }
        if below.isEmpty, let own { return Member(key: key.text, value: own) }
        let folder = ImportedData(entries: below)
        guard let text = own?.text else { return Member(key: key.text, value: folder) }
        return Member(
          key: key.text, value: .entry(text: text, parts: (own?.members ?? []) + folder.members))
      })
  }
}
