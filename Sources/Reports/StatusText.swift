package import Diagnostics
import Model

/// The status table: every connection with its state, an orange mark for an empty one.
package struct StatusText: Sendable {
  private let palette: Palette
  package init(palette: Palette) { self.palette = palette }

  /// - Parameter forecast: what ends soon; `nil` if nothing is known about tokens.
  package func text(_ rows: [StatusRow], _ forecast: TokenForecast? = nil) -> TerminalText {
    if rows.isEmpty { return "No connections.\n" }
    let hasTokens = rows.contains { $0.tokens != nil }
    let titles: [TerminalText] =
      ["NAME", "APP", "STATE"] + (hasTokens ? ["TOKENS"] : []) + ["VERSION", "UPDATED"]
    let cells = rows.map { row in
      [row.name.rawValue, row.app.rawValue, row.stateSummary]
        + (hasTokens ? [row.tokens?.summary ?? "-"] : [])
        + [row.version?.rawValue ?? "-", row.updatedAt?.description ?? "-"]
    }.map { $0.map { TerminalText($0) } }
    let aligned = aligned([titles] + cells)
    let lines = zip(rows, aligned.dropFirst()).map { row, line in
      coloured(line, row.state, isHealthy: row.tokens?.state.isHealthy ?? true)
    }
    let counts: TerminalText =
      "\(counted(rows.count, "connection")), \(rows.count { $0.state == .empty }) empty."
    let ahead = hasTokens ? forecast?.lines ?? [] : []
    return ([palette.bold("  \(aligned[0])")] + lines + ["", counts] + ahead)
      .joined(separator: "\n") + "\n"
  }

  package func json(_ rows: [StatusRow], _ forecast: TokenForecast? = nil) -> MachineText {
    struct Form: Encodable {
      struct Tokens: Encodable {
        let state: String
        let reason: String?
        let endsAt: String?
        let endsForGood: String?
        let verifiedAt: String?
        let isHealthy: Bool
        let isRecoverable: Bool
      }
      let name: String
      let app: String
      let state: String
      let missing: [String]
      let version: String?
      let updatedAt: String?
      let tokens: Tokens?
    }
    struct Page: Encodable {
      let connections: [Form]
      let forecast: [TokenForecast.Window]?
    }
    let forms = rows.map { row in
      Form(
        name: row.name.rawValue, app: row.app.rawValue, state: row.state.rawValue,
        missing: row.missing.map(\.rawValue), version: row.version?.rawValue,
        updatedAt: row.updatedAt?.description,
        tokens: row.tokens.map { tokens in
          Form.Tokens(
            state: tokens.state.summary, reason: tokens.state.reason,
            endsAt: tokens.endsAt?.description, endsForGood: tokens.endsForGood?.description,
            verifiedAt: tokens.verifiedAt?.description, isHealthy: tokens.state.isHealthy,
            isRecoverable: tokens.isRecoverable)
        })
    }
    let hasTokens = rows.contains { $0.tokens != nil }
    return Reports.json(
      Page(connections: forms, forecast: hasTokens ? forecast?.windows : nil))
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
