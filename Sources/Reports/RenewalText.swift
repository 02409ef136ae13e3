package import Diagnostics
package import Model

/// The result of renewing one connection's tokens.
package struct RenewalRow: Hashable, Sendable {
  package enum Outcome: String, Hashable, Sendable {
    case renewed
    /// Another process renewed them meanwhile.
    case adopted = "renewed by another process"
    case waiting
    case needsAuthorization = "needs authorization"
    case failed
  }

  package let name: ConnectionName
  package let result: Outcome
  /// When the new access token ends; `nil` where it does not, or there is none.
  package let endsAt: Timestamp?

  package init(name: ConnectionName, result: Outcome, endsAt: Timestamp?) {
    self.name = name
    self.result = result
    self.endsAt = endsAt
  }
}

/// What a renewal did, a line for each connection.
package struct RenewalText: Sendable {
  private let palette: Palette
  package init(palette: Palette) { self.palette = palette }

  package func text(_ rows: [RenewalRow]) -> TerminalText {
    let width = rows.map { TerminalText($0.name).width }.max() ?? 0
    return rows.map { row -> TerminalText in
      let until = row.endsAt.map { ", valid until \($0)" } ?? ""
      let words = coloured(row.result)
      return "\(TerminalText(row.name.rawValue).padded(to: width))  \(words)\(until)\n"
    }.joined()
  }

  package func json(_ rows: [RenewalRow]) -> MachineText {
    struct Form: Encodable {
      let name: String
      let result: String
      let endsAt: String?
    }
    return Reports.json([
      "renewals": rows.map {
        Form(
          name: $0.name.rawValue, result: $0.result.rawValue, endsAt: $0.endsAt?.description)
      }
    ])
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
