import Applying
import Diagnostics
import Model
import Renewing
import Stores

extension Diagnostic {
  static func storeKeepsNoTokens(_ store: StoreDescription) -> Diagnostic {
    Diagnostic(
      .noTokens, "the store \(store) keeps no tokens",
      notes: ["it renews tokens by itself, and does not show them"],
      help: ["what it granted can be recorded: vaultctl scopes record NAME SCOPE…"])
  }

  static func noTokens(_ name: ConnectionName) -> Diagnostic {
    Diagnostic(
      .noTokens, "`\(name)` has no tokens to renew",
      notes: [
        "its setup is empty or used as it is, or its app has no `oauth:` facts and no `grant`"
      ], help: ["see its setup: vaultctl show \(shellWord(name.rawValue))"])
  }

  static func authorizationNeeded(
    _ name: ConnectionName, _ need: AuthorizationNeed
  ) -> Diagnostic {
    Diagnostic(
      .needsAuthorization, "`\(name)` needs authorization", severity: .warning,
      notes: [need.summary], help: ["consent again: vaultctl authorize \(shellWord(name.rawValue))"]
    )
  }
}

extension Renewals.Completed {
  /// What is told of it besides its line; `nil` where the line says all.
  func diagnostic(in store: StoreDescription) -> Diagnostic? {
    switch outcome {
    case .renewed(let record), .adopted(let record): record.skewDiagnostic(name)
    case .notDue, .waiting: nil
    case .needsAuthorization(let need): .authorizationNeeded(name, need)
    case .stopped(let code):
      Diagnostic(
        .renewalFailed, "`\(name)` cannot be renewed as it is set up", severity: .warning,
        notes: ["the client was refused: \(code)"],
        help: ["mend its setup and apply it; then: vaultctl refresh \(shellWord(name.rawValue))"])
    case .failed(let reason, let retryAt):
      Diagnostic(
        .renewalFailed, "`\(name)` was not renewed", severity: .warning,
        notes: [reason] + (retryAt.map { ["it is tried again from \($0) on"] } ?? []))
    case .storeFailed(let error): Diagnostic(error, in: store)
    case .unsaved(let reason, isJournaled: false):
      Diagnostic(
        .answerUnsaved, "the new tokens of `\(name)` are lost",
        notes: [reason, "the journal beside the project file could not be written either"],
        help: [
          "mend both; then, as the service may take no older refresh token:"
            + " vaultctl authorize \(shellWord(name.rawValue))"
        ])
    case .unsaved(let reason, isJournaled: true):
      Diagnostic(
        .answerUnsaved, "the new tokens of `\(name)` are in the journal alone", notes: [reason],
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
      "the clock of the service of `\(name)` is \(abs(skew)) s \(skew > 0 ? "ahead of" : "behind") ours",
      severity: .info)
  }
}

extension ReplayOutcome {
  var diagnostic: Diagnostic? {
    switch self {
    case .cleared: nil
    case .saved(let name):
      Diagnostic(
        .answerUnsaved, "tokens of `\(name)` that a killed run left in the journal were saved",
        severity: .info)
    case .refused(let name, let reason):
      Diagnostic(
        .renewalFailed, "a killed run had asked for tokens of `\(name)` and was refused",
        severity: .info, notes: [reason])
    case .retained(let name, let reason):
      Diagnostic(
        .answerUnsaved, "tokens of `\(name)` are still in the journal alone", severity: .warning,
        notes: [reason])
    case .unreadable(let file):
      Diagnostic(
        .answerUnsaved, "`\(file)` cannot be read", severity: .warning,
        notes: ["it was an answer with tokens; it is damaged, or another project's store wrote it"])
    }
  }
}
