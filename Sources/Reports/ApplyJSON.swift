package import Model

/// What applies did, for programs: the plan of each environment, and the outcome of its changes.
package struct ApplyJSON: Sendable {
  private var runs: [Run] = []
  private let isOfAll: Bool

  /// - Parameter isOfAll: whether all environments are applied.
  package init(isOfAll: Bool) { self.isOfAll = isOfAll }

  private struct Run: Encodable {
    let plan: PlanJSON.Document
    var results: [Result] = []
    var store_key_sealed = false
    var renewals: [RenewalForm] = []
  }

  private struct Result: Encodable {
    let connection: String
    let action: String
    let result: String
  }

  private struct Several: Encodable { let environments: [Run] }

  package mutating func begin(_ planned: EnvironmentPlan) {
    runs.append(Run(plan: PlanJSON.Document(planned)))
  }

  /// - Parameter sealsKey: whether the store's key was, or may have been, sealed again.
  package mutating func end(
    _ results: [(change: Change, ending: ApplyText.Outcome)], sealsKey: Bool
  ) {
    guard let last = runs.indices.last else { return }
    runs[last].results = results.map { change, ending in
      Result(
        connection: change.connection.rawValue, action: change.action.word, result: ending.word)
    }
    runs[last].store_key_sealed = sealsKey
  }

  package mutating func add(_ renewals: [RenewalRow]) {
    guard let last = runs.indices.last else { return }
    runs[last].renewals += renewals.map(RenewalForm.init)
  }

  /// `nil` if nothing was planned.
  package var report: JSONReport? {
    if isOfAll { return JSONReport(Several(environments: runs)) }
    return runs.first.map { JSONReport($0) }
  }
}

extension ApplyText.Outcome {
  fileprivate var word: String {
    switch self {
    case .done: "done"
    case .failed: "failed"
    case .inDoubt: "unknown"
    case .skipped: "not_started"
    }
  }
}
