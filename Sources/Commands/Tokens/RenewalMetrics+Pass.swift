import Renewing
package import Reports

extension RenewalMetrics.Environment {
  /// Counts what a pass did. What it reports again each time, because it is held off, counts once: when it
  /// was tried.
  package mutating func add(_ pass: TokenRenewer.Pass) { add(pass.completed) }

  mutating func add(_ renewals: [CompletedRenewal]) {
    for renewal in renewals {
      switch renewal.outcome {
      case .renewed: self.renewals[renewal.name, default: 0] += 1
      case .adopted, .notDue, .waiting: break
      // A signal came first: nothing was tried.
      case .failed(_, retryAt: nil): break
      case .needsAuthorization: failures[.needsAuthorization, default: 0] += 1
      case .stopped: failures[.refused, default: 0] += 1
      case .failed: failures[.service, default: 0] += 1
      case .storeFailed: failures[.store, default: 0] += 1
      case .unsaved: failures[.unsaved, default: 0] += 1
      }
    }
  }
}
