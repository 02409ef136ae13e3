import Applying
import ArgumentParser
import Diagnostics
import FileChanges
import Foundation
import Manifests
import Model
import SourceYAML
import Stores

struct UpgradeCommand: Subcommand {
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

  func carryOut(_ console: Console) async throws -> Outcome {
    var workspace = try Workspace.load(global)
    if workspace.project.id == nil {
      let before = workspace.contents.settings
      try addID(to: workspace, console)
      console.result("The project has an id now; commit \(Project.fileName).\n")
      workspace = try Workspace.load(global)
      try workspace.keepApproval(of: before)
      workspace = try Workspace.load(global)
    }
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
    guard let upgrade = session.store.upgrade, !names.isEmpty else {
      console.result("Nothing to claim in \(session.store.description).\n")
      return .fine
    }
    for name in names.sorted() { console.note("  \(name)") }
    let question: TerminalText =
      "Claim these connections in \(session.store.description)? Type `yes` to confirm: "
    guard autoApprove || console.answer(to: question) == "yes" else {
      console.note("Nothing was claimed.")
      return .failed
    }
    let claimed = try await session.underLock(waitingAtMost: 60, console) { lock in
      try await session.mappingStoreErrors { () async throws(StoreError) in
        try await upgrade.claim(names, by: session.provenance(), holding: lock.candidate)
      }
    }
    console.result("Claimed: \(claimed.count).\n")
    let left = names.subtracting(claimed).sorted()
    if left.isEmpty { return .fine }
    console.report([.notClaimed(left)])
    return claimed.isEmpty ? .failed : .partly
  }

  /// A line in the project file; nothing else in it changes.
  private func addID(to workspace: Workspace, _ console: Console) throws {
    let bytes = workspace.contents.projectFile
    let (yaml, _) = YAMLFile.parse(bytes, file: Project.fileName)
    guard let root = yaml.documents.first?.root else { return }
    let after = try yaml.applying([
      yaml.inserting("id", .text("\(ProjectID.random())"), into: root)
    ])
    let (again, faults) = YAMLFile.parse(after, file: Project.fileName)
    guard Project.read(again, parseFaults: faults).project?.id != nil else {
      throw Diagnostic.idNotWritten
    }
    try workspace.files.write([FileChange(Project.fileName, from: bytes, to: after)], console)
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
