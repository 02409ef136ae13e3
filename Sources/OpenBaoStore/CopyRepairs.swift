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
    let fault: StoreError
  }

  private static let backoff = Backoff(first: 5, longest: 300, jitter: .half)

  private(set) var names: Set<ConnectionName> = []
  private var pauses: [ConnectionName: Pause] = [:]

  mutating func add(_ name: ConnectionName) { names.insert(name) }

  /// Why the last repair failed; `nil` if it may be tried now.
  func fault(of name: ConnectionName, _ runtime: Runtime) -> StoreError? {
    pauses[name].flatMap { $0.end > runtime.elapsed() ? $0.fault : nil }
  }

  /// A swap may add it again meanwhile.
  mutating func begin(_ name: ConnectionName) { names.remove(name) }

  mutating func succeeded(_ name: ConnectionName) { pauses[name] = nil }

  mutating func failed(_ name: ConnectionName, _ fault: StoreError, _ runtime: Runtime) {
    names.insert(name)
    let attempt = pauses[name].map { $0.attempt + 1 } ?? 0
    let wait = Self.backoff.wait(attempt: attempt, fraction: runtime.random())
    pauses[name] = Pause(end: runtime.elapsed() + wait, attempt: attempt, fault: fault)
  }
}
