package import Applying
package import Diagnostics

extension ApplyOutcome {
  /// Whether everything was applied, a part, or nothing.
  package var exitOutcome: Outcome {
    if isComplete { return .applied }
    return doneCount > 0 ? .partly : .failed
  }

  /// What failed, and what stopped the run, in reading order.
  package var diagnostics: [Diagnostic] {
    let failed = results.flatMap { _, result -> [Diagnostic] in
      if case .failed(let diagnostics) = result { diagnostics } else { [] }
    }
    return (failed + faults).sorted(by: Diagnostic.inReadingOrder)
  }
}
