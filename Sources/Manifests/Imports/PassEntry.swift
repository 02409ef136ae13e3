/// One entry of a password store (https://www.passwordstore.org): the password on the first line, and what
/// belongs to it as `KEY: VALUE` on the others. An entry of several lines that are anything else, such as a
/// key in PEM, is one value.
package struct PassEntry: Sendable {
  package let data: ImportedData

  /// - Parameter content: as `pass show` prints it.
  package init(_ content: String) {
    let scalars = content.unicodeScalars
    let lines = scalars.split(separator: "\n", omittingEmptySubsequences: false).map {
      String(String.UnicodeScalarView($0))
    }
    // `pass insert` ends the line that it was given.
    guard let first = lines.first, lines.dropFirst().contains(where: { !$0.isEmpty }) else {
      data = .text(lines.first ?? "")
      return
    }
    let rest = lines.dropFirst().filter { !$0.isEmpty }
    let parts = rest.compactMap(Self.part)
    guard parts.count == rest.count else {
      data = .text(content)
      return
    }
    data = .entry(
      text: first, parts: [ImportedData.Member(key: "password", value: .text(first))] + parts)
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
    let groups = Dictionary(grouping: entries.indices) { index in
      String(entries[index].name.prefix { $0 != "/" })
    }
    self = .mapping(
      groups.sorted { $0.key < $1.key }.map { key, indices in
        // A folder and an entry may have the same name.
        let own = indices.last { entries[$0].name == key }.map { entries[$0].data }
        let below = indices.filter { entries[$0].name != key }.map { index in
          (name: String(entries[index].name.dropFirst(key.count + 1)), data: entries[index].data)
        }
        if below.isEmpty, let own { return Member(key: key, value: own) }
        let folder = ImportedData(entries: below)
        guard let text = own?.text else { return Member(key: key, value: folder) }
        return Member(
          key: key, value: .entry(text: text, parts: (own?.members ?? []) + folder.members))
      })
  }
}
