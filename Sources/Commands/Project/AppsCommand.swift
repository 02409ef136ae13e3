import ArgumentParser
import Model
import Reports

struct AppsCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "apps",
    abstract: "List the catalog's apps, or show one: setups, fields, scopes and actions.",
    discussion: "Inside a project, the catalog includes the project's own apps.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "App (default: list all).", completion: .apps) var app: String?

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let catalog = try Catalog.ofProject(global)
    let chosen = try app.map { try catalog.app(named: $0) }
    switch format {
    case .text:
      let text = CatalogText(palette: console.palette)
      console.result(chosen.map(text.details) ?? text.list(catalog))
    case .json:
      console.result(CatalogJSON.text(chosen.map { [$0] } ?? catalog.sortedApps))
    }
    return .fine
  }
}
