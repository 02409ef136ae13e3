import Model

/// Which tokens a run renews.
enum RenewalSelection {
  /// All that are due.
  case allDue
  /// Those of the connections that are due.
  case due(Set<ConnectionName>)
  /// Those of the connections, due or not.
  case named(Set<ConnectionName>)

  /// `nil` for all connections.
  var names: Set<ConnectionName>? {
    switch self {
    case .allDue: nil
    case .due(let names), .named(let names): names
    }
  }

  /// Whether tokens are renewed that are not due.
  var isForced: Bool {
    if case .named = self { true } else { false }
  }
}
