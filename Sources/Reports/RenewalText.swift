package import Diagnostics
import Model

/// What a renewal did, a line for each connection.
package struct RenewalText: Sendable {
  private let palette: Palette
  private let namesEnvironments: Bool

  /// - Parameter namesEnvironments: whether the rows belong to several environments.
  package init(palette: Palette, namesEnvironments: Bool = false) {
    self.palette = palette
    self.namesEnvironments = namesEnvironments
  }

  package func text(_ rows: [RenewalRow]) -> TerminalText {
    let labels = rows.map { row in
      let environment = namesEnvironments ? row.environment.map { " in \($0)" } ?? "" : ""
      return TerminalText(row.name.rawValue + environment)
    }
    let width = labels.map(\.width).max() ?? 0
    return zip(rows, labels).map { row, label -> TerminalText in
      let until = row.endsAt.map { ", valid until \($0)" } ?? ""
      let words = coloured(row.result)
      return "\(label.padded(to: width))  \(words)\(until)\n"
    }.joined()
  }

  /// One document, also if nothing was renewed.
  package func json(_ rows: [RenewalRow]) -> JSONReport {
    struct Document: Encodable {
      let renewals: [RenewalForm]
    }
    return JSONReport(Document(renewals: rows.map { RenewalForm($0) }))
  }

  /// A line of JSON for each, for a command that keeps running.
  package func lines(_ rows: [RenewalRow]) -> [JSONReport] {
    rows.map { JSONReport(RenewalForm($0)) }
  }

  private func coloured(_ result: RenewalRow.Outcome) -> TerminalText {
    let text = TerminalText(result.rawValue)
    return switch result {
    case .renewed, .adopted: palette.green(text)
    case .waiting: palette.yellow(text)
    case .needsAuthorization: palette.orange(text)
    case .failed: palette.red(text)
    }
  }
}
