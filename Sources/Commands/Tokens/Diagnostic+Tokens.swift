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
