package import Diagnostics
package import Model

/// The versions of a connection that a store keeps, newest first.
package struct HistoryText: Sendable {
  package struct Row: Hashable, Sendable {
    package let version: StoreVersion
    /// `present`, `kept`, `deleted`, `destroyed`.
    package let state: String
    package let at: Timestamp
    package let who: String?
    package let commit: String?

    package init(
      version: StoreVersion, state: String, at: Timestamp, who: String?, commit: String?
    ) {
      self.version = version
      self.state = state
      self.at = at
      self.who = who
      self.commit = commit
    }
  }

  private let palette: Palette
  package init(palette: Palette) { self.palette = palette }

  package func text(_ rows: [Row]) -> TerminalText {
    let lines = aligned(
      [["VERSION", "STATE", "TIME", "COMMIT", "WHO"]]
        + rows.map { row in
          [
            TerminalText(row.version.rawValue), TerminalText(row.state), TerminalText(row.at),
            row.commit.map { TerminalText(String($0.prefix(12))) } ?? "-",
            row.who.map { TerminalText($0) } ?? "-",
          ]
        })
    return ([palette.bold(lines[0])] + lines.dropFirst()).joined(separator: "\n") + "\n"
  }

  package func json(_ rows: [Row]) -> MachineText {
    struct Form: Encodable {
      struct Version: Encodable {
        let version: String
        let state: String
        let at: String
        let who: String?
        let commit: String?
      }
      let format_version = "1.0"
      let versions: [Version]
    }
    return Reports.json(
      Form(
        versions: rows.map {
          Form.Version(
            version: $0.version.rawValue, state: $0.state, at: $0.at.description, who: $0.who,
            commit: $0.commit)
        }))
  }
}
