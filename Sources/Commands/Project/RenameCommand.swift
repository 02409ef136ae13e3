import ArgumentParser
import Diagnostics
import FileChanges
import Model

struct RenameCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "rename",
    abstract: "Rename a connection; the next apply renames it in the store.",
    discussion: """
      Writes the new name and `metadata.renamedFrom` into its documents in all environments, and seals \
      its values again for the new name, which needs a key that can decrypt them. The connection in \
      the store keeps its ID, so flows continue to work. Once every store has been applied to, \
      `renamedFrom` can be removed.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.", completion: .connections) var name: String
  @Argument(help: "New name.") var newName: String

  @OptionGroup var writing: WriteOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    try await againIfMoved { try await changed(console) }
  }

  private func changed(_ console: Console) async throws -> Outcome {
    let new = try ConnectionName(argument: newName)
    let workspace = try Workspace.load(global)
    try workspace.requireAllFiles()
    let renamer = ConnectionRenamer(
      workspace: workspace, console: console, name: name, newName: new)
    if renamer.isDone {
      console.result("`\(name)` is already named `\(new)`\n")
      return .fine
    }
    let changes = try await renamer.changes()
    try workspace.write(changes, console)
    for change in changes { console.done("\(change.file): `\(name)` is now `\(new)`") }
    for flow in workspace.contents.flows where flow.steps.contains(where: { $0.connection == name })
    {
      console.note("\(flow.file) still uses the name `\(name)`")
    }
    return .fine
  }
}
