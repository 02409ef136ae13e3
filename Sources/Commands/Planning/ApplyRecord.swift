import Model
import Reports
import Synchronization

/// What an apply did so far; it is reported also if the apply fails.
final class ApplyRecord: Sendable {
  private let json: Mutex<ApplyJSON>

  /// - Parameter isOfAll: whether all environments are applied.
  init(isOfAll: Bool) { json = Mutex(ApplyJSON(isOfAll: isOfAll)) }

  var report: JSONReport? { json.withLock(\.report) }

  func begin(_ planned: EnvironmentPlan) { json.withLock { $0.begin(planned) } }

  func end(_ results: [(change: Change, ending: ApplyText.Outcome)], sealsKey: Bool) {
    json.withLock { $0.end(results, sealsKey: sealsKey) }
  }

  func add(_ renewals: [RenewalRow]) { json.withLock { $0.add(renewals) } }
}
