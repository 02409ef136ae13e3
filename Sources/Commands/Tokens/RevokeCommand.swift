import ArgumentParser
import Diagnostics
import Model
import Renewing
import Reports
import Stores

struct RevokeCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Revoke a connection's tokens.",
    discussion: """
      They are removed from the store, then revoked at the service (RFC 7009). Tokens shared with \
      another connection remain valid at the service, and the exit code is 4. A connection that needs \
      no consent gets new ones at its next refresh. Tokens without a connection have no client that could revoke \
      them: forget them (`vaultctl tokens forget`), and revoke them on the service's own page.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.", completion: .connections) var name: String

  @OptionGroup var output: OutputOptions

  /// The tokens are removed from the store, then revoked at the service.
  func carryOut(_ console: Console) async throws -> Outcome {
    let name = try ConnectionName(argument: name)
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    // From here on a signal waits: what is no longer in the store could not be revoked later.
    let termination = TerminationSignal(.live)
    let tokenRenewer = try TokenRenewer(session, termination: termination)
    let (subject, client) = try await tokenRenewer.client(of: name)
    // Tokens that an interrupted run left in the journal are newer than those in the store.
    try await tokenRenewer.saveWaitingResponses(of: [name], console)
    let interruption = Failure(Diagnostic.interrupted(name, session), outcome: .interrupted)
    if termination.isReceived { throw interruption }
    let removal = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokenRenewer.renewer.removeTokens(of: subject)
    }
    func report(_ isRevoked: Bool) -> JSONReport {
      ActionReport(["connection": .text(name.rawValue), "revoked": .flag(isRevoked)]).json
    }
    let superseded: SupersededTokens
    switch removal {
    case .removed(let tokens): superseded = tokens
    case .interrupted: throw interruption
    case .nothing:
      console.result(report(false))
      console.result("`\(name)` has no tokens.\n")
      return .fine
    }
    let findings = await tokenRenewer.revoke(superseded, of: name, client, isReplaced: false)
    console.report(findings)
    console.result(report(findings.isEmpty))
    guard findings.isEmpty else {
      console.result("Removed the tokens of `\(name)` from the store.\n")
      return .partly
    }
    console.result("Revoked the tokens of `\(name)`.\n")
    return .fine
  }
}

extension Diagnostic {
  fileprivate static func interrupted(_ name: ConnectionName, _ session: Session) -> Diagnostic {
    Diagnostic(
      .interrupted, "interrupted by a signal; nothing of `\(name)` was revoked",
      help: ["start again: \(session.command("revoke", name))"])
  }
}
