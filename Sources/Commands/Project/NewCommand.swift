import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model

struct NewCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Scaffold a connection's manifest from the catalog.",
    discussion: """
      With --from-flow, scaffolds an empty connection for every action of the flow that has none: \
      created now, credentials added later.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.") var name: String?
  @Option(help: "App, such as twilio.") var app: String?
  @Option(help: "Setup type (default: the app's first).") var type: String?
  @Flag(help: "Omit the setup: the connection is created now, credentials are added later.")
  var empty = false
  @Option(help: "File, relative to the project (default: connections/NAME.yaml).")
  var file: String?

  @Option(
    help: ArgumentHelp("Exported flow definition.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var fromFlow: String?

  func validate() throws {
    if fromFlow != nil {
      if name != nil || app != nil || type != nil || file != nil {
        throw ValidationError("--from-flow cannot be combined with a name or --app")
      }
    } else if name == nil || app == nil {
      throw ValidationError("specify NAME and --app, or --from-flow FILE")
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    if let fromFlow { return try scaffold(for: fromFlow, workspace, console) }
    let name = try ConnectionName(argument: name ?? "")
    if let present = workspace.state.connections.first(where: { $0.name == name }) {
      throw Failure(
        Diagnostic(
          .duplicateName, "connection `\(name)` is already declared",
          at: present.origin.nameLocation))
    }
    let app = try chosenApp(workspace.catalog)
    let shape = try chosenShape(app)
    try make(name, app, empty ? nil : shape, workspace, console)
    return .fine
  }

  private func make(
    _ name: ConnectionName, _ app: App, _ shape: SetupShape?, _ workspace: Workspace,
    _ console: Console
  ) throws {
    let target = file ?? "\(workspace.folderOfNew)/\(Scaffold.fileName(for: name)).yaml"
    try workspace.files.create(
      target, Scaffold.connection(name: name, app: app, shape: shape))
    console.result("Created \(target)\n")
  }

  private func scaffold(
    for path: String, _ workspace: Workspace, _ console: Console
  ) throws -> Outcome {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw Diagnostic.unreadable(path, error)
    }
    let read = FlowFile(Array(bytes), file: path)
    let flow = read.flow
    if read.diagnostics.hasErrors {
      throw Failure(read.diagnostics, sources: [path: read.source])
    }
    let missing = try FlowScaffolder(workspace: workspace).missing(flow)
    if missing.isEmpty { console.result("Every action of `\(flow.name)` has a connection.\n") }
    for missing in missing {
      try make(missing.name, missing.app, nil, workspace, console)
      for action in Set(missing.unnamed).sorted() {
        console.note("in the flow, set the connection of \(action) to `\(missing.name)`")
      }
    }
    return .fine
  }

  private func chosenApp(_ catalog: Catalog) throws -> App {
    let text = app ?? ""
    if let found = catalog[AppID(text)] { return found }
    let names = catalog.apps.keys.map(\.rawValue).sorted()
    let near = nearestName(to: text, among: names)
    throw Failure(
      Diagnostic(
        .unknownApp, "unknown app `\(text)`", notes: ["apps: \(names.joined(separator: ", "))"],
        help: near.map { ["did you mean `\($0)`?"] } ?? []))
  }

  private func chosenShape(_ app: App) throws -> SetupShape? {
    guard let type else { return app.setups.first }
    if let shape = app.setup(SetupType(type)) { return shape }
    throw Failure(
      Diagnostic(
        .unknownSetupType, "`\(app.id)` has no setup `\(type)`",
        notes: ["its setups: \(app.setups.map(\.type.rawValue).joined(separator: ", "))"]))
  }
}
