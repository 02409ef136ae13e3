import Model
import Reports

/// The state that the page shows of a connection: the worst that applies.
enum PageState: String, Encodable, CaseIterable, Sendable {
  case ready, expiring, expired, unauthorized, error, empty, drifted, conflict, pending, orphaned
  case unmanaged, foreign
  case needsAuthorization = "needs-authorization"
  case scopeDrift = "scope-drift"

  /// Tokens that do not work are worse than a change that the next apply makes.
  init(_ row: StatusRow) {
    let tokens = row.tokens.map { Self(tokens: $0.state) } ?? .ready
    switch row.state {
    case .empty: self = .empty
    case .drifted: self = .drifted
    case .conflict: self = .conflict
    case .orphaned: self = .orphaned
    case .unmanaged: self = .unmanaged
    case .foreign: self = .foreign
    case .ready: self = tokens
    case .pending: self = tokens.isOutage ? tokens : .pending
    case .scopeDrift: self = tokens.isOutage ? tokens : .scopeDrift
    }
  }

  private init(tokens: ConnectionState) {
    switch tokens {
    case .empty: self = .empty
    case .unauthorized: self = .unauthorized
    case .ready: self = .ready
    case .expiring: self = .expiring
    case .expired: self = .expired
    case .needsAuthorization: self = .needsAuthorization
    case .error: self = .error
    }
  }

  /// Whether its tokens do not work.
  private var isOutage: Bool {
    switch self {
    case .expired, .error, .needsAuthorization: true
    case .ready, .expiring, .unauthorized, .empty, .drifted, .conflict, .pending, .orphaned,
      .unmanaged, .foreign, .scopeDrift:
      false
    }
  }
}
