import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model
import Reports
import Secrets

struct ExportCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write connections in the form of another tool.",
    discussion: """
      terraform: one file of HCL; secrets are variables, and connections that a tenant has get `import` \
      blocks. deploy-cli: a directory of auth0-deploy-cli; secrets are keywords. external-secrets: \
      `ExternalSecret`s that read from the OpenBao store. dotenv: one connection, in the variables of \
      `exec`.

      No value of a secret is written to a file in plain text. With --with-secrets, the values are printed: \
      for terraform as variable definitions, for deploy-cli as keyword mappings; or --seal-to writes them to \
      a file that is encrypted for the project's recipients (open it with gpg --decrypt). Nothing is \
      overwritten. What the form cannot express is reported, and ends the command with exit code 4.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: ArgumentHelp("Connections, or globs of their names (default: all).", valueName: "name"),
    completion: .connections)
  var names: [String] = []

  @Option(
    help: ArgumentHelp(
      "The other tool: \(ExportKind.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "format"))
  var to: ExportKind

  @Option(
    help: ArgumentHelp(
      "Folder for the files; created if it does not exist (default: stdout, if it is one file).",
      valueName: "dir"), completion: .directory)
  var out: String?

  @Flag(help: "Decrypt the secrets, and print them.") var withSecrets = false

  @Option(
    help: ArgumentHelp(
      "With --with-secrets: a new file for the values, encrypted for the recipients.",
      valueName: "file"), completion: .file())
  var sealTo: String?

  @Option(
    help: ArgumentHelp(
      "With external-secrets: the SecretStore that reads from OpenBao (default: openbao).",
      valueName: "name"))
  var secretStore: String?

  @Option(
    help: ArgumentHelp(
      "With external-secrets: also PushSecrets, to this SecretStore.", valueName: "name"))
  var pushTo: String?

  func validate() throws {
    if sealTo != nil, !withSecrets { throw ValidationError("--seal-to needs --with-secrets") }
    if secretStore != nil || pushTo != nil, to != .externalSecrets {
      throw ValidationError("--secret-store and --push-to are options of external-secrets")
    }
    switch to {
    case .terraform:
      if withSecrets, out == nil, sealTo == nil {
        throw ValidationError("--with-secrets prints the values: add --out for the file")
      }
    case .deployCLI:
      if out == nil { throw ValidationError("a directory of deploy-cli needs --out") }
    case .externalSecrets:
      if withSecrets { throw ValidationError("external-secrets has no values") }
    case .dotenv:
      if out != nil {
        throw ValidationError("dotenv is printed; to keep the values, add --seal-to")
      }
      if names.count != 1 { throw ValidationError("dotenv is for one connection") }
    }
  }

  /// 1. The manifests are compared with what the form can express.
  /// 2. Values are opened, if that is asked for.
  /// 3. All files are written, or none; none is overwritten.
  func carryOut(_ console: Console) async throws -> Outcome {
    if let sealTo, ExportFolder.exists(sealTo) { throw Failure(.exportExists(sealTo)) }
    let workspace = try Workspace.load(global)
    try workspace.requireNoErrors()
    let connections = try workspace.state.connections(named: names)
    if to == .dotenv {
      return try await DotEnvExporter(workspace: workspace, console: console).write(
        connections, withSecrets: withSecrets, sealedTo: sealTo)
    }
    let exporter = Exporter(workspace: workspace, console: console)
    let (export, faults) = try await exporter.export(
      connections, to: to,
      stores: .init(source: secretStore ?? "openbao", target: pushTo))
    let values =
      withSecrets
      ? try await ExportedValues(workspace: workspace, console: console).document(
        of: export.placeholders, in: connections, for: to)
      : nil
    let sealed: String? =
      if sealTo != nil, let values {
        try await ExportedValues(workspace: workspace, console: console).sealed(values.text)
      } else {
        nil
      }
    var created = ExportFolder.Created()
    if let out { created = try ExportFolder(out).create(export.files) }
    if let sealTo, let sealed {
      do {
        try PrivateFile(sealTo).create(with: Array(sealed.utf8))
      } catch {
        created.remove()
        throw error
      }
      created.files.append(sealTo)
    }
    // With the file or the values on stdout, nothing else is.
    let isPiped = out == nil || (withSecrets && sealTo == nil)
    for file in created.files {
      if isPiped { console.note("Created \(file)") } else { console.result("Created \(file)\n") }
    }
    if out == nil { for file in export.files { console.result(file.text) } }
    if sealTo == nil, let values { console.result(values.text) }
    let report = faults + (values?.faults ?? [])
    console.report(report)
    return report.isEmpty ? .fine : .partly
  }
}

extension DesiredState {
  /// - Parameter names: names and globs; none: all connections.
  /// - Throws: for each argument that names no connection.
  fileprivate func connections(named names: [String]) throws -> [DesiredConnection] {
    let all = Set(connections.map(\.name))
    let chosen = try ConnectionSelection(included: names).required(among: all)
    return connections.filter { chosen.contains($0.name) }.sorted { $0.name < $1.name }
  }
}
