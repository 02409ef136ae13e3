import ArgumentParser
import Diagnostics
import Model
import Reports
import Stores

struct ForgetTokensCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "forget",
    abstract: "Remove tokens that no connection has from the store.",
    discussion: """
      Permanently, and from the store alone: without a connection there is no client that could revoke \
      them. If they may still be valid, revoke them on the service's own page.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("As `vaultctl tokens list` names them.", valueName: "name or id"))
  var key: String

  @Flag(help: "Skip the confirmation prompt.")
  var autoApprove = false

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let stray = try await session.strayTokens().first { $0.key == key || $0.id.rawValue == key }
    guard let stray, let tokens = session.store.tokens else {
      throw Failure(try await notStray(session))
    }
    guard
      autoApprove || console.confirms("Forget the tokens of `\(stray.key)` permanently?")
    else {
      console.note("Nothing was changed.")
      return .failed
    }
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokens.forget(stray)
    }
    console.result(ActionReport(["forgotten": .text(stray.key)]).json)
    console.result("Forgot the tokens of `\(stray.key)`.\n")
    return .applied
  }

  private func notStray(_ session: Session) async throws -> Diagnostic {
    let known = try await session.read().actual.keys.contains { $0.rawValue == key }
    return known
      ? Diagnostic(
        .noTokens, "`\(key)` is a connection, so its tokens are not forgotten",
        help: ["revoke them: vaultctl tokens revoke \(shellWord(key))"])
      : Diagnostic(
        .noTokens, "there are no tokens of `\(key)` without a connection",
        help: ["see all tokens: vaultctl tokens list"])
  }
}
