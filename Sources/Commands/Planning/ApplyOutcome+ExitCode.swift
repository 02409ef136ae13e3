package import Applying
package import Diagnostics

extension ApplyOutcome {
  /// Whether everything was applied, a part (or possibly one), or nothing.
  package var exitOutcome: Outcome {
    if isComplete { return .applied }
    return mayHaveChanged ? .partly : .failed
  }

  /// What failed, and what stopped the run, in reading order.
  package var diagnostics: [Diagnostic] {
    let failed = results.flatMap { _, result -> [Diagnostic] in
      switch result {
      case .failed(let diagnostics), .inDoubt(let diagnostics): diagnostics
      case .done, .skipped: []
      }
    }
    return (failed + faults).sorted(by: Diagnostic.inReadingOrder)
  }
}
