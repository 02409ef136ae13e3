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
    abstract: "Give a connection's tokens back to the service.",
    discussion: """
      They leave the store first, then the service is told (RFC 7009). Tokens that another connection \
      shares stay good there.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The connection.") var name: String

  func carryOut(_ console: Console) async throws -> Outcome {
    let name = try ConnectionName.argument(name)
    let session = try Session(Workspace.load(global), console: console)
    let renewals = try Renewals(session, end: nil)
    let (subject, client) = try await renewals.client(of: name)
    let superseded = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await renewals.renewer.removeTokens(of: subject)
    }
    guard let superseded else {
      console.result("`\(name)` has no tokens.\n")
      return .fine
    }
    let faults = try await renewals.revoked(superseded, of: name, client, isReplaced: false)
    console.report(faults)
    console.result("`\(name)` has no tokens any more.\n")
    return faults.isEmpty ? .fine : .partly
  }
}
