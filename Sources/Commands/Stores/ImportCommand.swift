import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Stores

struct ImportCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Write manifests for connections in the store and record them as applied.",
    discussion: """
      Only the applied records in the store change, so the next plan is empty. Secrets that the \
      store returns are sealed into the manifest; others stay in the store, and the manifest lists \
      them under `ignore` until they are set. A connection whose app the catalog does not know is \
      skipped.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connections in the store.") var names: [String] = []
  @Flag(help: "All connections that no manifest declares.") var all = false

  func validate() throws {
    if names.isEmpty != all { throw ValidationError("specify connection names, or --all") }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
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
      console.result("Created \(imported.file)\n")
      console.report(imported.unknownSecrets)
    }
    let outcome = try await ImportRecorder(session: session, console: console)
      .record(imported, global)
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
