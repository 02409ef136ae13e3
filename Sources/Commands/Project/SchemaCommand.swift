import Reports
import ArgumentParser
import Manifests
import Model

struct SchemaCommand: Subcommand {
  enum Kind: String, ExpressibleByArgument, CaseIterable { case connection, project }

  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print a JSON Schema for editors and other tools.",
    discussion: "Inside a project, the schema includes the project's own apps.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Schema: connection or project.") var kind: Kind

  func carryOut(_ console: Console) async throws -> Outcome {
    let catalog = try global.project == nil ? ownCatalog() : Workspace.load(global).catalog
    switch kind {
    case .connection: console.result(MachineText(json: Schemas.connection(catalog)))
    case .project: console.result(MachineText(json: Schemas.project()))
    }
    return .fine
  }

  /// The project's catalog, if the folder is in a project.
  private func ownCatalog() -> Catalog {
    (try? Workspace.load(global).catalog) ?? .builtIn
  }
}
