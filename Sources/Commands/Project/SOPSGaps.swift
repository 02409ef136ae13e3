package import Manifests

/// What the authentication of a SOPS file leaves open: who can write the file can change it unnoticed.
package struct SOPSGaps: Hashable, Sendable {
  /// Values that are not encrypted.
  package var plain = 0
  /// Encrypted ones that open in another list item, in another document, or below other keys.
  package var movable = 0
  /// Nulls, and texts, lists and mappings that are empty.
  package var empty = 0
  /// Whether the file's authentication code is over plain values too.
  package var isPlainAuthenticated: Bool

  package init(plain: Int = 0, movable: Int = 0, empty: Int = 0, isPlainAuthenticated: Bool = true)
  {
    (self.plain, self.movable, self.empty) = (plain, movable, empty)
    self.isPlainAuthenticated = isPlainAuthenticated
  }

  /// Of documents as SOPS writes them.
  package init(_ documents: [ImportedData]) {
    self.init(isPlainAuthenticated: documents.allSatisfy(Self.authenticatesPlain))
    for document in documents {
      count(document.without("sops"), isMovable: documents.count > 1) { SOPSValue($0) != nil }
    }
  }

  /// Only a file that does not say so can be trusted: Go reads more texts as true than YAML does.
  private static func authenticatesPlain(_ document: ImportedData) -> Bool {
    (document["sops"]?.members ?? []).allSatisfy { member in
      member.key.lowercased() != "mac_only_encrypted" || member.value == .null
        || member.value.text == "false"
    }
  }

  /// Of a dotenv or INI file.
  ///
  /// - Parameter opened: what SOPS made of it: names, or sections with names.
  package init(_ lines: SOPSLines, opened: ImportedData) {
    self.init(isPlainAuthenticated: lines.authenticatesPlain)
    for member in opened.members {
      if case .mapping(let names) = member.value {
        for name in names { count(name, in: member.key, lines) }
      } else {
        count(member, in: nil, lines)
      }
    }
  }

  private mutating func count(
    _ member: ImportedData.Member, in section: String?, _ lines: SOPSLines
  ) {
    let isEncrypted = lines.isEncrypted(member.key, in: section)
    let isMovable = section.map { "\($0)\(member.key)".utf8.contains(UInt8(ascii: ":")) } ?? false
    count(member.value, isMovable: isMovable) { _ in isEncrypted }
  }

  private mutating func count(
    _ data: ImportedData, isMovable: Bool, isEncrypted: (String) -> Bool
  ) {
    switch data {
    case .mapping(let members):
      if members.isEmpty { empty += 1 }
      for member in members {
        // Keys are joined with it.
        let hidesLevel = member.key.utf8.contains(UInt8(ascii: ":"))
        count(member.value, isMovable: isMovable || hidesLevel, isEncrypted: isEncrypted)
      }
    case .list(let items):
      if items.isEmpty { empty += 1 }
      let hasPlaces = items.count > 1 && items.contains(where: \.isCollection)
      for item in items { count(item, isMovable: isMovable || hasPlaces, isEncrypted: isEncrypted) }
    case .text(let text), .entry(let text, _), .literal(let text):
      if text.isEmpty {
        empty += 1
      } else if !isEncrypted(text) {
        plain += 1
      } else if isMovable {
        movable += 1
      }
    case .null: empty += 1
    }
  }
}

extension ImportedData {
  fileprivate var isCollection: Bool {
    switch self {
    case .mapping, .list: true
    case .text, .entry, .literal, .null: false
    }
  }
}
