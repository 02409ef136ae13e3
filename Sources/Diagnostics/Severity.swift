/// How serious a diagnostic is. Only an error stops a run.
package enum Severity: String, Hashable, Comparable, Sendable, Codable, CaseIterable {
  case error, warning, info

  private var rank: Int {
    switch self {
    case .error: 0
    case .warning: 1
    case .info: 2
    }
  }

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}
