import Model
import Synchronization

/// The declared connections of a session, once their endpoints were discovered: a plan and its apply have
/// the same.
final class CompletedConnections: Sendable {
  private let connections = Mutex<[DesiredConnection]?>(nil)

  /// `nil` before the first plan.
  var current: [DesiredConnection]? { connections.withLock { $0 } }

  func set(_ connections: [DesiredConnection]) {
    self.connections.withLock { $0 = connections }
  }
}
