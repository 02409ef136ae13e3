import ArgumentParser
import Diagnostics
import FileChanges
import Foundation
import Manifests
import Model

struct NewCommand: WritingSubcommand {
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
  @Option(help: "App, such as twilio.", completion: .apps) var app: String?
  @Option(help: "Setup type (default: the app's first).", completion: .setupTypes)
  var type: String?
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

  @OptionGroup var writing: WriteOptions

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
    // Nobody is asked twice.
    var given: NewValues.Given?
    return try await againIfMoved {
      let workspace = try Workspace.load(global)
      return if let fromFlow {
        try scaffold(for: fromFlow, workspace, console)
      } else {
        try await scaffold(&given, workspace, console)
      }
    }
  }

  /// - Parameter given: what a person was asked for.
  private func scaffold(
    _ given: inout NewValues.Given?, _ workspace: Workspace, _ console: Console
  ) async throws -> Outcome {
    let name = try ConnectionName(argument: name ?? "")
    let app = try workspace.catalog.app(named: self.app ?? "")
    let shape = try chosenShape(app)
    var target = file ?? "\(workspace.folderOfNew)/\(Scaffold.fileName(for: name)).yaml"
    while target.hasPrefix("./") { target.removeFirst(2) }
    try workspace.requireManifestPath(target)
    var new = NewFile(file: target, name: name, app: app, shape: empty ? nil : shape)
    if let present = try workspace.declaration(of: name) {
      // An earlier run made it; values that are given now are not in it.
      if assignments.isEmpty,
        workspace.contents.manifests.contains(where: { $0.file == target && $0.bytes == new.bytes })
      {
        console.result("\(target) already exists with the same contents\n")
        return .fine
      }
      throw Failure(.alreadyDeclared(present))
    }
    // Before a person types what is then refused.
    do throws(ChangeFault) {
      try workspace.files.check([new.change])
    } catch {
      throw Failure(error)
    }
    if let shape = new.shape {
      let values = NewValues(
        connection: name, shape: shape, file: target, workspace: workspace, console: console)
      let answers = try given ?? values.given(assignments)
      given = answers
      new.values = try await values.sealed(answers)
    }
    try make([new], workspace, console)
    return .fine
  }

  /// Creates all files, or none.
  private func make(_ new: [NewFile], _ workspace: Workspace, _ console: Console) throws {
    try workspace.write(new.map(\.change), console)
    for new in new { console.done("Created \(new.file)") }
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
    let new = missing.filter { !$0.isDeclared }
    let files = workspace.newFiles(for: new.map(\.name))
    try make(
      new.map { missing in
        NewFile(file: files[missing.name], name: missing.name, app: missing.app, shape: nil)
      }, workspace, console)
    for missing in missing {
      for action in Set(missing.unnamed).sorted() {
        console.note("in the flow, set the connection of \(action) to `\(missing.name)`")
      }
    }
    return .fine
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

/// A connection's manifest that does not exist yet.
private struct NewFile {
  /// Relative to the project's root.
  let file: String
  let name: ConnectionName
  let app: App
  /// `nil`: an empty connection.
  let shape: SetupShape?
  var values: [FieldName: String] = [:]

  var bytes: [UInt8] {
    Array(Scaffold.connection(name: name, app: app, shape: shape, values: values).utf8)
  }
  var change: FileChange { FileChange(file, from: nil, to: bytes) }
}
