import Diagnostics
import Pacing
import Stores
import Synchronization

/// Repairs the copies of tokens that consumers read, beside the passes of a service: a copy that cannot be
/// written, or takes long, holds up no renewal.
final class CopyUpkeep: Sendable {
  private struct State {
    var isStoreAvailable = false
    var failures = 0
  }

  private let renewer: TokenRenewer
  private let console: Console
  private let conditions = ReportedConditions()
  private let state = Mutex(State())

  /// Between two repairs. One of copies that could be written costs no request.
  private static let pause = Duration.seconds(5)
  /// After which all are looked at: a host that was killed owes those that it had not written, and their old
  /// tokens end soon.
  private static let comparisonPause = Duration.seconds(30)

  init(_ renewer: TokenRenewer, console: Console) {
    self.renewer = renewer
    self.console = console
  }

  /// Whether the last pass could read the store: as long as one could not, that is what it reports.
  func note(isStoreAvailable: Bool) {
    state.withLock { $0.isStoreAvailable = isStoreAvailable }
  }

  /// How many repairs have failed since the last call.
  func takeFailures() -> Int {
    state.withLock { state in
      defer { state.failures = 0 }
      return state.failures
    }
  }

  /// Returns once a signal has come.
  func run(until termination: TerminationSignal) async {
    let runtime = termination.endingSleeps(of: .live)
    var comparedAt: Duration?
    while !termination.isReceived {
      if state.withLock({ $0.isStoreAvailable }) {
        let elapsed = runtime.elapsed()
        let comparesAll = comparedAt.map { elapsed - $0 >= Self.comparisonPause } ?? true
        if comparesAll { comparedAt = elapsed }
        await repair(comparesAll ? .all : .unwritten)
      }
      await runtime.sleep(Self.pause)
    }
  }

  private func repair(_ copies: TokenCopies) async {
    var faults: [Diagnostic] = []
    do {
      try await renewer.repairCopies(copies)
    } catch {
      faults = Failure(error, outcome: .failed).diagnostics
    }
    // What only a comparison finds is not over because of a repair without one.
    if copies == .all || !faults.isEmpty { console.report(conditions.new(among: faults)) }
    if !faults.isEmpty { state.withLock { $0.failures += 1 } }
  }
}
