import Applying
import ArgumentParser
import Diagnostics
import Model
import Reports
import Stores

struct ScopesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scopes", abstract: "Manage the scopes that services granted.",
    subcommands: [RecordScopesCommand.self])
}

struct RecordScopesCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record in the store which scopes a service granted.",
    discussion: """
      For services that cannot be queried. The given scopes replace the recorded ones; with none, the \
      connection is recorded as having no scopes.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.", completion: .connections) var name: String
  @Argument(help: "All scopes that were granted.") var scopes: [String] = []

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let session = try SessionFactory(console: console).session(for: workspace)
    let name = try ConnectionName(argument: name)
    for scope in scopes where scope.isEmpty || scope.contains(where: \.isWhitespace) {
      throw ValidationError(
        "`\(scope)` is not a valid scope; pass each scope as a separate argument")
    }
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await session.store.grants.recordGrant(
        Set(scopes.map { Scope($0) }), for: name, by: session.provenance())
    }
    console.result(
      ActionReport(["connection": .text(name.rawValue), "scopes": .texts(scopes.sorted())]).json)
    let list = scopes.isEmpty ? "no scopes" : scopes.sorted().joined(separator: ", ")
    console.result("Recorded for `\(name)`: \(list)\n")
    return .fine
  }
}
