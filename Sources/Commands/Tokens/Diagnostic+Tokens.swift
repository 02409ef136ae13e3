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

  /// - Parameter obstacle: why its setup cannot be read; `nil` if it can.
  static func noTokens(
    _ name: ConnectionName, _ obstacle: RenewalObstacle? = nil
  ) -> Diagnostic {
    Diagnostic(
      .noTokens,
      "`\(name)` \(obstacle == nil ? "has no tokens to renew" : "cannot be renewed with its current setup")",
      notes: [
        obstacle?.text
          ?? "its setup is empty or used directly, or its app defines no `oauth:` and no `grant`"
      ], help: ["see its setup: vaultctl show \(shellWord(name.rawValue))"])
  }

  static func tokenUnusable(
    _ name: ConnectionName, _ obstacle: RenewalObstacle, in session: Session
  ) -> Diagnostic {
    Diagnostic(
      .renewalFailed, "the access token of \(session.quoted(name)) cannot be renewed or used here",
      notes: [obstacle.text],
      help: ["fix its setup and apply it, then: \(session.command("refresh", name))"])
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

  static func saveDelayed(
    _ name: ConnectionName, _ error: StoreError, _ journaling: Journaling, in session: Session
  ) -> Diagnostic {
    let (note, help): (String, [String]) =
      switch journaling {
      case .written: ("\(session.journalPlace) has them", [])
      case .failed(let fault):
        (
          "only this process has them: \(session.journalPlace) could not be written either:"
            + " \(fault.summary)",
          ["let vaultctl write to the store before you end this process"]
        )
      }
    return Diagnostic(
      .answerUnsaved, "the new tokens of \(session.quoted(name)) are not saved yet",
      severity: .warning, notes: [error.summary, note], help: help)
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
