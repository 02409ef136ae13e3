import Model
import Pacing
import Stores

/// Connections of whose tokens a copy could not be written, and when that is tried again.
///
/// What keeps a copy from being written (a policy, a limit of the server) may last for days, with hundreds
/// of connections.
struct CopyRepairs {
  private struct Pause {
    /// By the runtime's elapsed time.
    let end: Duration
    let attempt: Int
    /// `nil` for what is no reason to report a failure.
    let fault: StoreError?
  }

  private static let backoff = Backoff(first: 5, longest: 300, jitter: .half)

  private(set) var names: Set<ConnectionName> = []
  /// Those of them whose grant was not recorded beside the connection.
  private(set) var grants: Set<ConnectionName> = []
  private var pauses: [ConnectionName: Pause] = [:]

  mutating func add(_ name: ConnectionName) { names.insert(name) }

  mutating func addGrant(_ name: ConnectionName) {
    names.insert(name)
    grants.insert(name)
  }

  mutating func removeGrant(_ name: ConnectionName) { grants.remove(name) }

  /// Whether the last repair failed a moment ago, so that it is not tried now.
  func isPaused(_ name: ConnectionName, _ runtime: Runtime) -> Bool {
    pauses[name].map { $0.end > runtime.elapsed() } ?? false
  }

  /// Why the last repair failed, if that is reported.
  func fault(of name: ConnectionName) -> StoreError? { pauses[name]?.fault }

  /// A swap may add it again meanwhile.
  mutating func begin(_ name: ConnectionName) { names.remove(name) }

  mutating func succeeded(_ name: ConnectionName) { pauses[name] = nil }

  mutating func failed(_ name: ConnectionName, _ fault: StoreError?, _ runtime: Runtime) {
    names.insert(name)
    let attempt = pauses[name].map { $0.attempt + 1 } ?? 0
    let wait = Self.backoff.wait(attempt: attempt, fraction: runtime.random())
    pauses[name] = Pause(end: runtime.elapsed() + wait, attempt: attempt, fault: fault)
  }
}
