import Applying
import Diagnostics
import Manifests
package import Model
import Planning
package import Renewing
import Reports
import Stores

/// One renewal that a run tried.
package struct CompletedRenewal: Hashable, Sendable {
  package let name: ConnectionName
  package let outcome: RenewalOutcome

  package init(name: ConnectionName, outcome: RenewalOutcome) {
    self.name = name
    self.outcome = outcome
  }
}

extension CompletedRenewal {
  func row(in session: Session) -> RenewalRow? {
    var row = row
    row?.environment = session.workspace.environment?.name
    return row
  }

  private var row: RenewalRow? {
    switch outcome {
    case .renewed(let record): RenewalRow(name: name, result: .renewed, endsAt: record.endsAt)
    case .adopted(let record): RenewalRow(name: name, result: .adopted, endsAt: record.endsAt)
    case .notDue: nil
    case .waiting(let until):
      RenewalRow(name: name, result: .waiting, nextAttemptAt: until)
    case .needsAuthorization(let need):
      RenewalRow(name: name, result: .needsAuthorization, reason: need.summary)
    case .stopped(let obstacle):
      RenewalRow(name: name, result: .failed, reason: obstacle.text)
    case .failed(let reason, let retryAt):
      RenewalRow(name: name, result: .failed, reason: reason, nextAttemptAt: retryAt)
    case .storeFailed(let error):
      RenewalRow(name: name, result: .failed, reason: error.summary)
    case .unsaved(let reason, _): RenewalRow(name: name, result: .failed, reason: reason)
    }
  }
}

extension CompletedRenewal {
  /// A diagnostic besides its row; `nil` if the row is enough.
  func diagnostic(in session: Session) -> Diagnostic? {
    let subject = session.quoted(name)
    return switch outcome {
    case .renewed(let record), .adopted(let record):
      record.tokens?.shortLifetime.map { .lifetimeTooShort(name, seconds: $0) }
        ?? record.skewDiagnostic(name)
    case .notDue, .waiting: nil
    case .needsAuthorization(let need): .authorizationNeeded(name, need, in: session)
    case .stopped(let obstacle):
      Diagnostic(
        .renewalFailed, "\(subject) cannot be renewed with its current setup", severity: .warning,
        notes: [obstacle.sentence],
        help: ["fix its setup and apply it, then: \(session.command("refresh", name))"])
    case .failed(let reason, let retryAt):
      Diagnostic(
        .renewalFailed, "\(subject) was not renewed", severity: .warning,
        notes: [reason] + (retryAt.map { ["next attempt at \($0)"] } ?? []))
    case .storeFailed(let error): Diagnostic(error, in: session.store.description)
    case .unsaved(let reason, .failed(let fault)):
      Diagnostic(
        .answerUnsaved, "the new tokens of \(subject) are lost",
        notes: [reason, "\(session.journalPlace) could not be written either: \(fault.summary)"],
        help: [
          "fix both; then, because the service may accept no older refresh token:"
            + " \(session.command("authorize", name))"
        ])
    case .unsaved(let reason, .written):
      Diagnostic(
        .answerUnsaved, "the new tokens of \(subject) are only in the journal", notes: [reason],
        help: [
          "run this again\(session.isJournalInStore ? "" : " on this machine"):"
            + " \(session.command("refresh"))"
        ])
    }
  }

  var isFailure: Bool {
    switch outcome {
    case .renewed, .adopted, .notDue: false
    case .waiting, .needsAuthorization, .stopped, .failed, .storeFailed, .unsaved: true
    }
  }

  fileprivate var isRenewed: Bool {
    switch outcome {
    case .renewed, .adopted: true
    case .notDue, .waiting, .needsAuthorization, .stopped, .failed, .storeFailed, .unsaved: false
    }
  }
}

extension RenewalObstacle {
  fileprivate var sentence: String {
    switch self {
    case .refused(let code): "the service refused the client: \(code)"
    case .local(let reason): reason
    }
  }
}

extension Outcome {
  /// Of a run.
  ///
  /// - Parameter hasFaults: not all that was asked for could be looked at.
  package init(renewals: [CompletedRenewal], hasFaults: Bool) {
    if !hasFaults, !renewals.contains(where: \.isFailure) {
      self = .fine
    } else {
      self = renewals.contains(where: \.isRenewed) ? .partly : .failed
    }
  }
}

extension TokenRecord {
  fileprivate func skewDiagnostic(_ name: ConnectionName) -> Diagnostic? {
    tokens?.skewSeconds.map { .clockSkew("the service of `\(name)`", seconds: $0) }
  }
}

extension TokenRecord {
  fileprivate var endsAt: Timestamp? { tokens?.expiry.time }
}
