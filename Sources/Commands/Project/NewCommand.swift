import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model

struct NewCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Scaffold a connection's manifest from the catalog.",
    discussion: """
      At a terminal, asks for what the setup requires, and seals what is secret; an empty answer leaves \
      a field empty. --set gives values of fields that are not secret.

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
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Value of a field that is not secret; repeatable.", valueName: "field=value"))
  var assignments: [String] = []

  @Option(
    help: ArgumentHelp("Exported flow definition.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var fromFlow: String?

  func validate() throws {
    if fromFlow != nil {
      if name != nil || app != nil || type != nil || file != nil || !assignments.isEmpty {
        throw ValidationError("--from-flow cannot be combined with a name, --app or --set")
      }
    } else if name == nil || app == nil {
      throw ValidationError("specify NAME and --app, or --from-flow FILE")
    }
    if empty, !assignments.isEmpty {
      throw ValidationError("--set cannot be combined with --empty")
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
    guard !empty, let shape else {
      try make(name, app, nil, [:], workspace, console)
      return .fine
    }
    let target = file ?? defaultFile(name, workspace)
    let values = try await NewValues(
      connection: name, shape: shape, file: target, workspace: workspace, console: console
    ).values(assignments)
    try make(name, app, shape, values, workspace, console)
    return .fine
  }

  private func make(
    _ name: ConnectionName, _ app: App, _ shape: SetupShape?, _ values: [FieldName: String],
    _ workspace: Workspace, _ console: Console
  ) throws {
    let target = file ?? defaultFile(name, workspace)
    try workspace.files.create(
      target, Scaffold.connection(name: name, app: app, shape: shape, values: values))
    console.result("Created \(target)\n")
  }

  private func defaultFile(_ name: ConnectionName, _ workspace: Workspace) -> String {
    "\(workspace.folderOfNew)/\(Scaffold.fileName(for: name)).yaml"
  }

  private func scaffold(
    for path: String, _ workspace: Workspace, _ console: Console
  ) throws -> Outcome {
    let bytes = try NamedFile(path, limit: FileLimit.flow).bytes()
    let read = FlowFile(bytes, file: path)
    let flow = read.flow
    if read.diagnostics.hasErrors {
      throw Failure(read.diagnostics, sources: [path: read.source])
    }
    let missing = try FlowScaffolder(workspace: workspace).missing(flow)
    if missing.isEmpty { console.result("Every action of `\(flow.name)` has a connection.\n") }
    for missing in missing {
      try make(missing.name, missing.app, nil, [:], workspace, console)
      for action in Set(missing.unnamed).sorted() {
        console.note("in the flow, set the connection of \(action) to `\(missing.name)`")
      }
    }
    return .fine
  }

  private func chosenApp(_ catalog: Catalog) throws -> App {
    let text = app ?? ""
    if let found = catalog[AppID(text)] { return found }
    let word = RefusedWord(text, known: catalog.appNames)
    throw Failure(
      Diagnostic(
        .unknownApp, "unknown app\(word.quoted)", notes: ["apps: \(word.listing)"],
        help: word.help))
  }

  private func chosenShape(_ app: App) throws -> SetupShape? {
    guard let type else { return app.setups.first }
    if let shape = app.setup(SetupType(type)) { return shape }
    let word = RefusedWord(type, known: app.setups.map(\.type.rawValue))
    throw Failure(
      Diagnostic(
        .unknownSetupType,
        "`\(app.id)` has no \(word.isNear ? "setup\(word.quoted)" : "such setup")",
        notes: ["its setups: \(word.listing)"], help: word.help))
  }
}
