import ArgumentParser
import Diagnostics
import FileChanges
import Manifests
import Model

struct DeleteCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete a connection's manifest; `apply --prune` then deletes it in the store.",
    discussion: """
      Removes its documents, in the base and in all environments; with --env, only what that environment \
      has of it. A file without another document is removed. What git could not restore is not \
      deleted without --force.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.", completion: .connections) var name: String

  @Flag(help: "Also delete what is not committed to git.") var force = false

  @OptionGroup var writing: WriteOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    try await againIfMoved { try changed(console) }
  }

  private func changed(_ console: Console) throws -> Outcome {
    let workspace = try Workspace.load(global)
    try workspace.requireAllFiles()
    let removals = try ConnectionRemover(
      workspace: workspace, name: name, requiresCommit: !force
    ).removals()
    try workspace.write(removals.map(\.change), console)
    for removal in removals {
      console.done(
        removal.leavesNothing
          ? "\(removal.change.file): removed, with `\(name)`"
          : "\(removal.change.file): removed `\(name)`")
    }
    hint(workspace, console)
    return .fine
  }

  private func hint(_ workspace: Workspace, _ console: Console) {
    for flow in workspace.contents.flows where flow.steps.contains(where: { $0.connection == name })
    {
      console.note("\(flow.file) still uses `\(name)`")
    }
    if workspace.environment != nil, let name = ConnectionName(name),
      workspace.state.document(name) != nil
    {
      console.note("The base still declares `\(name)`, so the environment has it as the base does.")
      return
    }
    console.note("See what follows in the store: vaultctl plan --prune")
  }
}
