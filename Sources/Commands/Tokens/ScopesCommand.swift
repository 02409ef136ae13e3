import Applying
import ArgumentParser
import Diagnostics
import Model
import Stores

struct ScopesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scopes", abstract: "What services granted to connections.",
    subcommands: [RecordScopesCommand.self])
}

struct RecordScopesCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record in the store what a service granted.",
    discussion: """
      For services that cannot be asked. The scopes given are all that the connection has from \
      now on; none of them: it was granted nothing.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The connection.") var name: String
  @Argument(help: "Every scope that was granted.") var scopes: [String] = []

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let session = try SessionFactory(console: console).session(for: workspace)
    let name = try ConnectionName(argument: name)
    for scope in scopes where scope.isEmpty || scope.contains(where: \.isWhitespace) {
      throw ValidationError("`\(scope)` is not a scope; give each as an argument of its own")
    }
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await session.store.grants.recordGrant(
        Set(scopes.map { Scope($0) }), for: name, by: session.provenance())
    }
    let list = scopes.isEmpty ? "no scopes" : scopes.sorted().joined(separator: ", ")
    console.result("Recorded for `\(name)`: \(list)\n")
    return .fine
  }
}
