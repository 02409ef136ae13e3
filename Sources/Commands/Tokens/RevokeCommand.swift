import Applying
import ArgumentParser
import Diagnostics
import Model
import Renewing
import Stores
import Tokens

struct RevokeCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Revoke a connection's tokens.",
    discussion: """
      They are removed from the store, then revoked at the service (RFC 7009). Tokens shared with \
      another connection remain valid.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.") var name: String

  func carryOut(_ console: Console) async throws -> Outcome {
    let name = try ConnectionName(argument: name)
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let tokenRenewer = try TokenRenewer(session, termination: nil)
    let (subject, client) = try await tokenRenewer.client(of: name)
    let superseded = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokenRenewer.renewer.removeTokens(of: subject)
    }
    guard let superseded else {
      console.result("`\(name)` has no tokens.\n")
      return .fine
    }
    let faults = try await tokenRenewer.revoke(superseded, of: name, client, isReplaced: false)
    console.report(faults)
    console.result("Revoked the tokens of `\(name)`.\n")
    return faults.isEmpty ? .fine : .partly
  }
}
