import Diagnostics
import Synchronization

/// The conditions that held at the last look, so that a process that looks often reports each once.
final class ReportedConditions: Sendable {
  private let last = Mutex<Set<String>>([])

  /// Those that did not hold at the last look.
  func new(among conditions: [Diagnostic]) -> [Diagnostic] {
    let keys = Set(conditions.map(Self.key))
    let before = last.withLock { last in
      defer { last = keys }
      return last
    }
    return conditions.filter { !before.contains(Self.key($0)) }
  }

  private static func key(_ diagnostic: Diagnostic) -> String {
    ([diagnostic.message] + diagnostic.notes).joined(separator: "\n")
  }
}
