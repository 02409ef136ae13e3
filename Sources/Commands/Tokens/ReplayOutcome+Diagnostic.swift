import Diagnostics
import Model
import Renewing
import Stores

extension ReplayOutcome {
  /// What was not saved, as the result of a renewal.
  var unsaved: CompletedRenewal? {
    guard case .unsaved(let name, let error) = self else { return nil }
    return CompletedRenewal(name: name, outcome: .unsaved(error.summary, .written))
  }

  var diagnostic: Diagnostic? {
    switch self {
    case .cleared, .unsaved: nil
    case .saved(let name):
      Diagnostic(
        .answerUnsaved, "saved tokens of `\(name)` that an interrupted run left in the journal",
        severity: .info)
    case .refused(let name, let reason):
      Diagnostic(
        .renewalFailed, "an interrupted run requested tokens of `\(name)` and was refused",
        severity: .info, notes: [reason])
    case .retained(let name, let reason):
      Diagnostic(
        .answerUnsaved, "tokens of `\(name)` are still only in the journal", severity: .warning,
        notes: [reason])
    case .unreadable(.damaged(let location)):
      Diagnostic(
        .answerUnsaved, "`\(location)` cannot be read", severity: .warning,
        notes: ["it is a token response that is damaged or belongs to another project's store"])
    case .unreadable(.underEarlierKey(let name, let location)):
      Diagnostic(
        .answerUnsaved, "`\(location)` cannot be opened", severity: .warning,
        notes: [
          "it is a token response of `\(name)`, sealed under a key that the store has replaced since"
        ],
        help: [
          "if the service refuses its tokens, authorize it again: vaultctl authorize"
            + " \(shellWord(name.rawValue))"
        ])
    }
  }
}

extension Diagnostic {
  static func journalNotCleared(_ error: StoreError) -> Diagnostic {
    Diagnostic(
      .answerUnsaved,
      "a token response that is no longer needed cannot be removed from the journal",
      severity: .warning,
      notes: [error.summary, "each renewal adds one, and every look at the tokens reads them all"],
      help: ["let vaultctl delete there"])
  }
}
