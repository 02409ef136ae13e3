import Diagnostics
package import Model

/// The tokens that expire within the next day and the next week, and those that do not renew
/// themselves.
package struct TokenForecast: Hashable, Sendable {
  package struct Window: Hashable, Sendable, Encodable {
    let hours: Int64
    /// Access tokens that expire in it.
    let ending: Int
    /// Connections that stop working in it unless a person consents, by name.
    let unrenewable: [String]
  }

  package let windows: [Window]

  package init(_ rows: [StatusRow], now: Timestamp) {
    windows = ([24, 168] as [Int64]).map { hours in
      let end = now.adding(seconds: hours * 3600)
      let lost = rows.filter { row in
        guard let tokens = row.tokens, tokens.state.isHealthy else { return false }
        return tokens.endsForGood.map { $0 <= end } ?? false
      }
      return Window(
        hours: hours,
        ending: rows.count { row in
          row.tokens?.endsAt.map { $0 > now && $0 <= end } ?? false
        }, unrenewable: lost.map(\.name.rawValue).sorted())
    }
  }

  var lines: [TerminalText] {
    zip(["24 hours", "7 days"], windows).map { title, window -> TerminalText in
      let lost = window.unrenewable.joined(separator: ", ")
      return "Next \(title): \(counted(window.ending, "access token")) will expire"
        + (lost.isEmpty ? "." : "; authorization needed: \(lost).")
    }
  }
}

extension ConnectionState {
  /// The reason for the state, if its name alone does not say it.
  package var reason: String? {
    switch self {
    case .empty, .unauthorized, .ready, .expiring, .expired: nil
    case .needsAuthorization(let need): need.summary
    case .error(let last, let attempts):
      "\(last) (\(counted(attempts, "attempt")))"
    }
  }
}

extension StatusRow.Tokens {
  var summary: String {
    switch state {
    case .ready, .expiring:
      endsAt.map { "\(state.summary) until \($0)" } ?? state.summary
    case .expired(let end): "expired at \(end)"
    case .empty, .unauthorized, .needsAuthorization, .error: state.summary
    }
  }
}
