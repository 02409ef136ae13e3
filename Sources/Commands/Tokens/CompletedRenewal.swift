import Applying
import Diagnostics
import Model
import Renewing
import Reports
import Stores

/// One renewal that a run tried.
struct CompletedRenewal: Sendable {
  let name: ConnectionName
  let outcome: RenewalOutcome
}

extension CompletedRenewal {
  var row: RenewalRow? {
    switch outcome {
    case .renewed(let record): RenewalRow(name: name, result: .renewed, endsAt: record.endsAt)
    case .adopted(let record): RenewalRow(name: name, result: .adopted, endsAt: record.endsAt)
    case .notDue: nil
    case .waiting: RenewalRow(name: name, result: .waiting, endsAt: nil)
    case .needsAuthorization: RenewalRow(name: name, result: .needsAuthorization, endsAt: nil)
    case .stopped, .failed, .storeFailed, .unsaved:
      RenewalRow(name: name, result: .failed, endsAt: nil)
    }
  }
}

extension CompletedRenewal {
  /// A diagnostic besides its row; `nil` if the row is enough.
  func diagnostic(in store: StoreDescription) -> Diagnostic? {
    switch outcome {
    case .renewed(let record), .adopted(let record): record.skewDiagnostic(name)
    case .notDue, .waiting: nil
    case .needsAuthorization(let need): .authorizationNeeded(name, need)
    case .stopped(let code):
      Diagnostic(
        .renewalFailed, "`\(name)` cannot be renewed with its current setup", severity: .warning,
        notes: ["the service refused the client: \(code)"],
        help: ["fix its setup and apply it, then: vaultctl refresh \(shellWord(name.rawValue))"])
    case .failed(let reason, let retryAt):
      Diagnostic(
        .renewalFailed, "`\(name)` was not renewed", severity: .warning,
        notes: [reason] + (retryAt.map { ["next attempt at \($0)"] } ?? []))
    case .storeFailed(let error): Diagnostic(error, in: store)
    case .unsaved(let reason, isJournaled: false):
      Diagnostic(
        .answerUnsaved, "the new tokens of `\(name)` are lost",
        notes: [reason, "the journal next to the project file could not be written either"],
        help: [
          "fix both; then, because the service may accept no older refresh token:"
            + " vaultctl authorize \(shellWord(name.rawValue))"
        ])
    case .unsaved(let reason, isJournaled: true):
      Diagnostic(
        .answerUnsaved, "the new tokens of `\(name)` are only in the journal", notes: [reason],
        help: ["run this again on this machine: vaultctl refresh"])
    }
  }

  var isFailure: Bool {
    switch outcome {
    case .renewed, .adopted, .notDue, .waiting: false
    case .needsAuthorization, .stopped, .failed, .storeFailed, .unsaved: true
    }
  }

  var isRenewed: Bool {
    switch outcome {
    case .renewed, .adopted: true
    case .notDue, .waiting, .needsAuthorization, .stopped, .failed, .storeFailed, .unsaved: false
    }
  }
}

extension TokenRecord {
  fileprivate func skewDiagnostic(_ name: ConnectionName) -> Diagnostic? {
    guard let skew = tokens?.skewSeconds else { return nil }
    return Diagnostic(
      .clockSkew,
      "the clock of the service of `\(name)` is \(abs(skew)) s \(skew > 0 ? "fast" : "slow")",
      severity: .info)
  }
}

extension TokenRecord {
  fileprivate var endsAt: Timestamp? { tokens?.expiry.time }
}
