package import Diagnostics
import Model

/// What was applied to a store, newest first.
package struct LogReport: Sendable {
  package struct Entry: Hashable, Sendable {
    /// RFC 3339.
    let at: String
    let who: String?
    let what: String
    let connection: String?
    let commit: String?
    /// More about it, in lines.
    let details: [String]

    package init(
      at: String, who: String?, what: String, connection: String?, commit: String?,
      details: [String] = []
    ) {
      self.at = at
      self.who = who
      self.what = what
      self.connection = connection
      self.commit = commit
      self.details = details
    }
  }

  private let store: String
  private let entries: [Entry]

  package init(store: String, entries: [Entry]) {
    self.store = store
    self.entries = entries
  }

  package func text(_ palette: Palette) -> TerminalText {
    if entries.isEmpty { return "Nothing was applied to \(store).\n" }
    let rows = entries.map { entry in
      [
        entry.at, entry.what, entry.connection ?? "-", entry.who ?? "-",
        entry.commit.map { String($0.prefix(12)) } ?? "-",
      ].map { TerminalText($0) }
    }
    let lines = aligned(
      [["TIME", "WHAT", "CONNECTION", "WHO", "COMMIT"]] + rows, palette,
      columns: [.whole, .whole, .cut, .cut, .optional])
    let bodies = zip(entries, lines.dropFirst()).map { entry, line in
      ([line] + entry.details.map { "    \($0)" }).joined(separator: "\n")
    }
    return ([palette.bold(lines[0])] + bodies).joined(separator: "\n") + "\n"
  }

  package var json: JSONReport {
    struct EntryForm: Encodable {
      let at: String
      let who: String?
      let what: String
      let connection: String?
      let commit: String?
      let details: [String]
    }
    struct Form: Encodable {
      let store: String
      let entries: [EntryForm]
    }
    return JSONReport(
      Form(
        store: store,
        entries: entries.map {
          EntryForm(
            at: $0.at, who: $0.who, what: $0.what, connection: $0.connection, commit: $0.commit,
            details: $0.details)
        }))
  }
}
