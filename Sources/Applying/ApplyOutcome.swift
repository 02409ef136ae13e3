package import Diagnostics
package import Model

/// The result of each change, in plan order.
package struct ApplyOutcome: Sendable {
  package enum ChangeResult: Hashable, Sendable {
    case done
    /// Nothing of it was done.
    case failed([Diagnostic])
    /// All or a part of it may have been done; the next run finds out.
    case inDoubt([Diagnostic])
    /// Not started, because the run had to stop.
    case skipped
  }

  package let results: [(change: Change, result: ChangeResult)]
  /// What stopped the run, or failed at its end.
  package let faults: [Diagnostic]
  /// Whether the store's key was, or may have been, sealed again.
  package let isKeyUpdated: Bool

  package init(
    results: [(change: Change, result: ChangeResult)], faults: [Diagnostic],
    isKeyUpdated: Bool = false
  ) {
    self.results = results
    self.faults = faults
    self.isKeyUpdated = isKeyUpdated
  }

  package func count(_ result: (ChangeResult) -> Bool) -> Int {
    results.count { result($0.result) }
  }

  package var doneCount: Int { count { $0 == .done } }
  package var isComplete: Bool { doneCount == results.count && !faults.hasErrors }

  /// Whether the store may differ from what it was.
  package var mayHaveChanged: Bool {
    isKeyUpdated
      || results.contains { _, result in
        switch result {
        case .done, .inDoubt: true
        case .failed, .skipped: false
        }
      }
  }
}
