import Applying
import Diagnostics
import Model
import Renewing
import Stores

extension Diagnostic {
  static func storeKeepsNoTokens(_ store: StoreDescription) -> Diagnostic {
    Diagnostic(
      .noTokens, "the store \(store) keeps no tokens",
      notes: ["it renews tokens itself and does not reveal them"],
      help: ["to record granted scopes: vaultctl scopes record NAME SCOPE…"])
  }

  static func noTokens(_ name: ConnectionName) -> Diagnostic {
    Diagnostic(
      .noTokens, "`\(name)` has no tokens to renew",
      notes: [
        "its setup is empty or used directly, or its app defines no `oauth:` and no `grant`"
      ], help: ["see its setup: vaultctl show \(shellWord(name.rawValue))"])
  }

  static func journalUnavailable(_ error: StoreError) -> Diagnostic {
    Diagnostic(
      .answerUnsaved, "token responses cannot be kept in the journal", severity: .warning,
      notes: [error.summary, "a process that is killed during a renewal loses its new tokens"],
      help: [
        "let this user write to `.vaultctl` next to the project file, or keep the journal in OpenBao:"
          + " tokens: {journal: store}"
      ])
  }

  static func authorizationNeeded(
    _ name: ConnectionName, _ need: AuthorizationNeed, in session: Session
  ) -> Diagnostic {
    Diagnostic(
      .needsAuthorization, "\(session.quoted(name)) needs authorization", severity: .warning,
      notes: [need.summary]
        + (need.leavesGrant ? ["until then, the tokens of the previous consent are renewed"] : []),
      help: [need.remedy, "authorize it: \(session.command("authorize", name))"]
        .compactMap(\.self))
  }
}
