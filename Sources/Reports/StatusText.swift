package import Diagnostics
import Model

/// The status table: every connection with its state, an orange mark for an empty one.
package struct StatusText: Sendable {
  private let palette: Palette
  package init(palette: Palette) { self.palette = palette }

  /// Several lists have the names of their environments above them.
  package func text(_ lists: [StatusList]) -> TerminalText {
    guard lists.count > 1 else { return lists.first.map(text) ?? "" }
    return lists.map {
      "\(palette.bold("Environment \($0.environment ?? $0.store)"))\n\n\(text($0))"
    }.joined(separator: "\n")
  }

  private func text(_ list: StatusList) -> TerminalText {
    let (rows, forecast) = (list.rows, list.forecast)
    if rows.isEmpty { return "No connections.\n" }
    let hasTokens = rows.contains { $0.tokens != nil }
    let titles: [TerminalText] =
      ["NAME", "APP", "STATE"] + (hasTokens ? ["TOKENS"] : []) + ["VERSION", "UPDATED"]
    let cells = rows.map { row in
      [row.name.rawValue, row.app.rawValue, row.stateSummary]
        + (hasTokens ? [row.tokens?.summary ?? "-"] : [])
        + [row.version?.rawValue ?? "-", row.updatedAt?.description ?? "-"]
    }.map { $0.map { TerminalText($0) } }
    // Names and states matter most.
    let columns: [TableColumn] =
      [.cut, .cut, .cut] + (hasTokens ? [.cut] : []) + [.optional, .optional]
    let aligned = aligned([titles] + cells, palette, columns: columns, indent: 2)
    let lines = zip(rows, aligned.dropFirst()).map { row, line in
      coloured(line, row.state, isHealthy: row.tokens?.state.isHealthy ?? true)
    }
    let counts: TerminalText =
      "\(counted(rows.count, "connection")), \(rows.count { $0.state == .empty }) empty."
    let ahead = hasTokens ? forecast?.lines ?? [] : []
    return ([palette.bold("  \(aligned[0])")] + lines + ["", counts] + ahead)
      .joined(separator: "\n") + "\n"
  }

  private func coloured(
    _ line: TerminalText, _ state: StatusRow.State, isHealthy: Bool
  ) -> TerminalText {
    let dot: TerminalText = "●"
    let rest: TerminalText = " \(line)"
    return switch state {
    case .ready where !isHealthy: palette.orange(dot) + rest
    case .ready: palette.green(dot) + rest
    case .empty: palette.orange(dot) + palette.orange(rest)
    case .drifted, .scopeDrift, .pending: palette.yellow(dot) + rest
    case .conflict: palette.red(dot) + rest
    case .orphaned, .unmanaged, .foreign: palette.blue(dot) + rest
    }
  }
}

extension StatusRow {
  fileprivate var stateSummary: String {
    missing.isEmpty ? state.rawValue : "empty: \(missing.map(\.rawValue).joined(separator: ", "))"
  }
}
