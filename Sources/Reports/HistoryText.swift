package import Diagnostics
package import Model

/// The versions of a connection that a store keeps, newest first.
package struct HistoryText: Sendable {
  private let palette: Palette
  package init(palette: Palette) { self.palette = palette }

  package func text(_ versions: [StoredVersion]) -> TerminalText {
    let lines = aligned(
      [["VERSION", "STATE", "TIME", "COMMIT", "WHO"]]
        + versions.map { version in
          [
            TerminalText(version.version.rawValue), Self.name(of: version.state),
            TerminalText(version.at),
            version.commit.map { TerminalText(String($0.prefix(12))) } ?? "-",
            version.who.map { TerminalText($0) } ?? "-",
          ]
        }, palette, columns: [.whole, .whole, .whole, .optional, .cut])
    return ([palette.bold(lines[0])] + lines.dropFirst()).joined(separator: "\n") + "\n"
  }

  private static func name(of state: StoredVersion.State) -> TerminalText {
    TerminalText(word(for: state))
  }

  private static func word(for state: StoredVersion.State) -> String {
    switch state {
    case .present: "present"
    case .kept: "kept"
    case .deleted: "deleted"
    case .destroyed: "destroyed"
    }
  }

  package func json(_ versions: [StoredVersion]) -> JSONReport {
    struct Form: Encodable {
      struct Version: Encodable {
        let version: String
        let state: String
        let at: String
        let who: String?
        let commit: String?
      }
      let versions: [Version]
    }
    return JSONReport(
      Form(
        versions: versions.map {
          Form.Version(
            version: $0.version.rawValue, state: Self.word(for: $0.state),
            at: $0.at.description, who: $0.who, commit: $0.commit)
        }))
  }
}
