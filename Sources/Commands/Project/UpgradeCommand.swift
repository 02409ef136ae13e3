import Applying
import ArgumentParser
import Diagnostics
import FileChanges
import Foundation
import Manifests
import Model
import Reports
import SourceYAML
import Stores

struct UpgradeCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "upgrade",
    abstract: "Bring a project of an earlier version up to date.",
    discussion: """
      Gives the project an id, and claims the connections that it declares in a store that others may \
      use: their records then name this project and environment as the owner, and no other changes \
      them. Run it once per environment (--env). Running it again is harmless.
      """)

  @OptionGroup var global: GlobalOptions
  @Flag(help: "Skip the confirmation prompt.") var autoApprove = false

  @Flag(help: "Show what would be written; write nothing.") var dryRun = false

  @OptionGroup var output: OutputOptions

  var isDryRun: Bool { dryRun }

  func carryOut(_ console: Console) async throws -> Outcome {
    var workspace = try Workspace.load(global)
    if workspace.project.id == nil { workspace = try addID(to: workspace, console) }
    let project = workspace.project
    if project.storeSettings(of: workspace.environment) == nil {
      console.note("Claim records per environment: vaultctl upgrade --env NAME")
      return .fine
    }
    let session = try SessionFactory(console: console).session(for: workspace)
    return try await claim(session, console)
  }

  private func claim(_ session: Session, _ console: Console) async throws -> Outcome {
    let unclaimed = try await session.read().unclaimed
    let declared = Set(
      session.workspace.state.connections.flatMap { [$0.name] + $0.formerNames })
    let names = unclaimed.intersection(declared)
    let others = unclaimed.subtracting(declared).count
    if others > 0 {
      console.note("\(others) more without an owner are not declared here; they stay unclaimed.")
    }
    func report(_ count: Int) -> JSONReport {
      ActionReport([
        "store": .text(session.store.description.description), "claimed": .number(count),
        "dry_run": .flag(dryRun),
      ]).json
    }
    guard let upgrade = session.store.upgrade, !names.isEmpty else {
      console.result(report(0))
      console.result("Nothing to claim in \(session.store.description).\n")
      return .fine
    }
    for name in names.sorted() { console.explain("  \(name)") }
    if dryRun {
      console.result(report(names.count))
      console.done("Claimed: \(names.count).")
      return .fine
    }
    let question: TerminalText = "Claim these connections in \(session.store.description)?"
    guard autoApprove || console.confirms(question) else {
      console.note("Nothing was claimed.")
      return .failed
    }
    let claimed = try await session.underLock(waitingAtMost: 60, console) { lock in
      try await session.mappingStoreErrors { () async throws(StoreError) in
        try await upgrade.claim(names, by: session.provenance(), holding: lock.candidate)
      }
    }
    console.result("Claimed: \(claimed.count).\n")
    console.result(report(claimed.count))
    let left = names.subtracting(claimed).sorted()
    if left.isEmpty { return .fine }
    console.report([.notClaimed(left)])
    return claimed.isEmpty ? .failed : .partly
  }

  /// Writes a line into the project file; nothing else in it changes.
  ///
  /// - Returns: the project with its id.
  private func addID(to workspace: Workspace, _ console: Console) throws -> Workspace {
    let change = try addingID(to: workspace.contents.projectFile)
    try workspace.files.write([change], console)
    console.done("The project has an id now; commit \(Project.fileName).")
    if dryRun { return try workspace.applying([change], global) }
    try Workspace.load(global).keepApproval(of: workspace.contents.settings)
    return try Workspace.load(global)
  }

  private func addingID(to bytes: [UInt8]) throws -> FileChange {
    let (yaml, _) = YAMLFile.parse(bytes, file: Project.fileName)
    guard let root = yaml.documents.first?.root else { throw Diagnostic.idNotWritten }
    let after = try yaml.applying([
      yaml.inserting("id", .text("\(ProjectID.random())"), into: root)
    ])
    let (again, faults) = YAMLFile.parse(after, file: Project.fileName)
    guard Project.read(again, parseFaults: faults).project?.id != nil else {
      throw Diagnostic.idNotWritten
    }
    return FileChange(Project.fileName, from: bytes, to: after)
  }
}

extension Diagnostic {
  fileprivate static func notClaimed(_ names: [ConnectionName]) -> Diagnostic {
    Diagnostic(
      .unclaimedRecord, "\(names.count) of them could not be claimed",
      notes: names.map { "`\($0)` was changed, deleted or claimed meanwhile" },
      help: ["see whose they are now: vaultctl status"])
  }

  fileprivate static var idNotWritten: Diagnostic {
    Diagnostic(
      .projectWithoutID, "the id could not be added to \(Project.fileName)",
      at: .file(Project.fileName), help: ["add a line `id: \(ProjectID.random())`"])
  }
}
