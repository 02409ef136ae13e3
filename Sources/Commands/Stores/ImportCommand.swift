import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports
import Stores

struct ImportCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Write manifests for connections in the store and record them as applied.",
    discussion: """
      Only the applied records in the store change, so the next plan is empty. Secrets that the \
      store returns are sealed into the manifest; others stay in the store, and the manifest lists \
      them under `ignore` until they are set. A connection whose app the catalog does not know is \
      skipped.

      With --from, manifests are written for the connections in files of another tool: a Terraform state, \
      an export of auth0-deploy-cli or of the dashboard, a file that SOPS encrypted, or any JSON, YAML or \
      dotenv file or entries of `pass` with a mapping. Secrets are sealed, and nothing is overwritten. \
      No store is needed, but if it is a tenant that Terraform manages, the connections are recorded.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(
    help: "Connections in the store; with --from, files, or entries of `pass`.", completion: .file()
  )
  var names: [String] = []
  @Flag(help: "All connections that no manifest declares.") var all = false

  @Option(
    help: ArgumentHelp(
      "Import from files of another tool: \(ForeignFormat.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "format"))
  var from: ForeignFormat?

  @Option(
    help: ArgumentHelp(
      "Which values are which fields: a YAML file, or paths such as services.*.token=http.token; repeatable.",
      valueName: "mapping"), completion: .file())
  var map: [String] = []

  @Option(
    help: ArgumentHelp(
      "Values of the keywords of auth0-deploy-cli: its configuration, or a mapping.",
      valueName: "file"), completion: .file())
  var keywords: String?

  @OptionGroup var writing: WriteOptions

  @Flag(
    name: .customLong("ignore-mac"), help: "With --from sops: skip the check of the whole file.")
  var ignoresMAC = false

  func validate() throws {
    guard let from else {
      if names.isEmpty != all { throw ValidationError("specify connection names, or --all") }
      if !map.isEmpty || keywords != nil || ignoresMAC {
        throw ValidationError("--map, --keywords and --ignore-mac need --from")
      }
      return
    }
    if all { throw ValidationError("--all cannot be used with --from") }
    if names.isEmpty { throw ValidationError("specify the files to import from") }
    if keywords != nil, from != .deployCLI {
      throw ValidationError("--keywords is an option of --from deploy-cli")
    }
    if ignoresMAC, from != .sops {
      throw ValidationError("--ignore-mac is an option of --from sops")
    }
    if from.needsMapping, map.isEmpty {
      throw ValidationError("--from \(from.rawValue) needs --map")
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    if let from { return try await importForeign(from, console) }
    let workspace = try Workspace.load(global)
    try workspace.requireNoErrors()
    let session = try SessionFactory(console: console).session(for: workspace)
    let snapshot = try await session.read()
    let chosen = try chosen(
      snapshot, workspace, store: session.store.description.description)
    if chosen.isEmpty {
      console.result("Every connection in the store is already declared.\n")
      return .fine
    }
    let importer = Importer(session: session, console: console)
    let faults = importer.faults(chosen, in: snapshot)
    let importable = chosen.filter { importer.knowsApp(of: $0, in: snapshot) }
    if importable.isEmpty { throw Failure(faults) }
    console.report(faults)
    let imported = try await importer.write(importable, from: snapshot)
    for imported in imported {
      console.done("Created \(imported.file)")
      console.report(imported.unknownSecrets)
    }
    if isDryRun { return faults.isEmpty ? .fine : .partly }
    let outcome = try await ImportRecorder(session: session, console: console)
      .record(
        Dictionary(imported.map { ($0.manifest.name, $0.file) }) { first, _ in first }, global)
    return outcome == .applied && !faults.isEmpty ? .partly : outcome
  }

  /// - Throws: all names that the store does not have, or that are declared.
  private func chosen(
    _ snapshot: Snapshot, _ workspace: Workspace, store: String
  ) throws -> Set<ConnectionName> {
    let declared = Set(
      workspace.state.connections.flatMap { [$0.name, snapshot.counterpart(of: $0).name] })
    if all { return Set(snapshot.actual.keys).subtracting(declared) }
    var faults: [Diagnostic] = []
    let found = names.compactMap { text -> ConnectionName? in
      guard let name = ConnectionName(text), snapshot.actual[name] != nil else {
        let foreign = snapshot.foreignEntries.filter { $0.name == text }
        if !foreign.isEmpty {
          faults += Finding.foreign(foreign, store: store).map(\.diagnostic.asError)
          return nil
        }
        let near = nearestName(to: text, among: snapshot.actual.keys.map(\.rawValue).sorted())
        faults.append(
          Diagnostic(
            .notInStore, "the store has no connection `\(text)`",
            help: near.map { ["did you mean `\($0)`?"] } ?? []))
        return nil
      }
      if declared.contains(name) {
        let location = workspace.state.connections.first { $0.name == name }?.origin.nameLocation
        faults.append(
          Diagnostic(
            .duplicateName, "connection `\(name)` is already declared", at: location,
            help: ["take over the existing connection: vaultctl apply --adopt"]))
        return nil
      }
      return name
    }
    if !faults.isEmpty { throw Failure(faults) }
    return Set(found)
  }
}
