import ArgumentParser
import Diagnostics
import Manifests
import Model

struct NewCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Scaffold a connection's manifest from the catalog.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The connection.") var name: String
  @Option(help: "The app, such as twilio.") var app: String
  @Option(help: "The setup's type (default: the app's first).") var type: String?
  @Flag(help: "Without a setup: it is created now and filled later.") var empty = false
  @Option(help: "The file, from the project's root (default: connections/NAME.yaml).")
  var file: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    guard let name = ConnectionName(name) else {
      throw ValidationError("`\(name)` is not a connection's name")
    }
    if let present = workspace.state.connections.first(where: { $0.name == name }) {
      throw Failure(
        Diagnostic(
          .duplicateName, "connection `\(name)` is declared already",
          at: present.origin.namePlace))
    }
    let app = try chosenApp(workspace.catalog)
    let shape = try chosenShape(app)
    let folder =
      workspace.environment?.overlay.text ?? workspace.project.manifests.first?.text
      ?? "connections"
    let target = file ?? "\(folder)/\(Scaffold.fileName(for: name)).yaml"
    try workspace.files.create(
      target, Scaffold.connection(name: name, app: app, shape: empty ? nil : shape))
    console.result("Made \(target)\n")
    return .fine
  }

  private func chosenApp(_ catalog: Catalog) throws -> App {
    if let found = catalog[AppID(app)] { return found }
    let names = catalog.apps.keys.map(\.rawValue).sorted()
    let near = nearestName(to: app, among: names)
    throw Failure(
      Diagnostic(
        .unknownApp, "unknown app `\(app)`", notes: ["apps: \(names.joined(separator: ", "))"],
        help: near.map { ["did you mean `\($0)`?"] } ?? []))
  }

  private func chosenShape(_ app: App) throws -> SetupShape? {
    guard let type else { return app.setups.first }
    if let shape = app.setup(SetupType(type)) { return shape }
    throw Failure(
      Diagnostic(
        .unknownSetupType, "`\(app.id)` has no setup `\(type)`",
        notes: ["it has: \(app.setups.map(\.type.rawValue).joined(separator: ", "))"]))
  }
}
