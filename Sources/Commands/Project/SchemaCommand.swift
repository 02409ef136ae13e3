import ArgumentParser
import Diagnostics
import FileChanges
import Manifests
import Model
import Reports

struct SchemaCommand: Subcommand {
  enum Kind: String, ExpressibleByArgument, CaseIterable { case connection, overlay, project }

  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print a JSON Schema for editors and other tools.",
    discussion: """
      Inside a project, the schema has the project's own apps, its connections' names and scopes, and its \
      recipients. --install writes all three into schemas/, where the editors' settings of examples/editors \
      find them.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Schema: connection, overlay (of an environment) or project.") var kind: Kind?

  @Flag(help: "Write all schemas into the project's folder schemas/.") var install = false

  func validate() throws {
    guard install == (kind == nil) else {
      throw ValidationError(
        install ? "--install writes all schemas; name none" : "name a schema, or use --install")
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    if install { return try await againIfMoved { try await installed(console) } }
    if let kind {
      console.result(MachineText(json: try await text(of: kind, try workspace(), console)))
    }
    return .fine
  }

  private func installed(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    var changes: [FileChange] = []
    for kind in Kind.allCases {
      let text = try await text(of: kind, workspace, console)
      let file = "schemas/\(kind.rawValue).schema.json"
      if let change = try change(of: file, to: Array(text.utf8), workspace.files) {
        changes.append(change)
      }
    }
    try workspace.files.write(changes, console)
    console.result(
      changes.isEmpty
        ? "The schemas are current.\n"
        : "Wrote \(changes.map(\.file).joined(separator: ", "))\n")
    return .fine
  }

  /// `nil` if the file is as it should be.
  ///
  /// - Throws: if it is not one of vaultctl's schemas.
  private func change(
    of file: String, to text: [UInt8], _ files: ProjectFiles
  ) throws -> FileChange? {
    guard files.exists(file) else { return FileChange(file, from: nil, to: text) }
    let present = try files.read(file, limit: FileLimit.manifest)
    if present == text { return nil }
    guard String(decoding: present, as: UTF8.self).contains("\"title\": \"vaultctl ") else {
      throw Failure(
        Diagnostic(
          .alreadyExists, "`\(file)` is not a schema of vaultctl", at: .file(file),
          help: ["move it away, then: vaultctl schema --install"]))
    }
    return FileChange(file, from: present, to: text)
  }

  /// - Parameter workspace: `nil` outside of a project.
  private func text(
    of kind: Kind, _ workspace: Workspace?, _ console: Console
  ) async throws -> String {
    let catalog = workspace?.catalog ?? .builtIn
    func connections(_ states: [DesiredState]?) -> [SchemaConnection] {
      (states ?? []).flatMap(\.connections).map { SchemaConnection($0) }
    }
    switch kind {
    case .connection:
      return Schemas.connection(catalog, connections: connections(workspace?.contents.states))
    case .overlay:
      return Schemas.overlay(
        catalog, base: connections((workspace?.contents.state(of: nil)).map { [$0] }))
    case .project:
      guard let workspace else { return Schemas.project() }
      return Schemas.project(recipients: await recipients(workspace, console))
    }
  }

  /// The project that the user named or is in; `nil` outside of a project.
  private func workspace() throws -> Workspace? {
    if global.project != nil { return try Workspace.load(global) }
    return try? Workspace.load(global)
  }

  /// The project's recipients, with the keys of its `keys/*.asc`.
  private func recipients(
    _ workspace: Workspace, _ console: Console
  ) async -> [SchemaRecipient] {
    let declared = workspace.project.allRecipients.map(\.text)
    let directory = await KeyDirectory(
      Keyring.standard(workspace.project, console: console).openPGP, ids: [],
      fingerprints: Set(declared), base: .none, branch: workspace.files)
    let people = declared.map { directory.person($0) } + directory.people
    var seen: Set<String> = []
    return people.filter { seen.insert($0.key).inserted }.map {
      SchemaRecipient(fingerprint: $0.key, name: $0.description)
    }
  }
}
