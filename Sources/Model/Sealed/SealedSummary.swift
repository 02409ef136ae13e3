/// A text in which a short summary replaces each sealed message, so that a diff of two texts shows
/// which values changed and not their armor: `(sealed 3f2a9c01d4e5, addressed to Ann <ann@example.com>
/// (A1B2C3D4E5F60718))`.
///
/// Works on any text, whether or not it is YAML: git compares broken files too.
package struct SealedSummary: Sendable {
  private enum Part {
    case text(Substring)
    /// `nil` if it is damaged.
    case message(SealedMessage?)
  }

  private let parts: [Part]

  package init(_ text: String) {
    let begin = "-----BEGIN PGP MESSAGE-----"
    let end = "-----END PGP MESSAGE-----"
    var rest = text[...]
    var parts: [Part] = []
    while let start = rest.firstRange(of: begin),
      let stop = rest[start.upperBound...].firstRange(of: end)
    {
      parts.append(.text(rest[..<start.lowerBound]))
      parts.append(.message(Self.message(rest[start.lowerBound..<stop.upperBound])))
      rest = rest[stop.upperBound...]
    }
    self.parts = parts + [.text(rest)]
  }

  /// The ids of keys that its messages are addressed to.
  package var keyIDs: Set<String> {
    parts.reduce(into: []) { ids, part in
      if case .message(let message?) = part { ids.formUnion(message.keyIDs) }
    }
  }

  /// - Parameter owners: of keys, by id, as people know them.
  package func text(owners: [String: String]) -> String {
    parts.map { part in
      switch part {
      case .text(let text): return String(text)
      case .message(nil): return "(sealed, damaged)"
      case .message(let message?):
        let names = message.keyIDs.map { owners[$0] ?? $0 }.joined(separator: ", ")
        return "(sealed \(message.digest.rawValue.prefix(12)), addressed to \(names))"
      }
    }.joined()
  }

  /// - Parameter text: with its lines indented as YAML has them, or escaped in one line.
  private static func message(_ text: Substring) -> SealedMessage? {
    let lines = text.replacing("\\n", with: "\n").split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let armored = lines.map { line in
      String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
    return try? SealedMessage(armored: armored.joined(separator: "\n") + "\n")
  }
}
