import ArgumentParser
import Diagnostics
import FileChanges
import Manifests

struct RenameEnvironmentCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "rename-environment",
    abstract: "Rename an environment; it keeps its store, its records and its values.",
    discussion: """
      Writes the new name into the project file, and beside it the environment's `id`: the name that it \
      had first, by which its store, records, history, tokens and sealed values are found. They stay as \
      they are, so no key is needed and no store is changed, and checkouts with the previous name \
      continue to work. From then on, --env and VAULTCTL_ENV take the new name only. Running it again is \
      harmless.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Environment.", completion: .declaredEnvironments) var name: String
  @Argument(help: "New name.") var newName: String

  @OptionGroup var writing: WriteOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    guard global.environmentOption == nil else {
      throw ValidationError("--env cannot be used with rename-environment")
    }
    return try await againIfMoved { try renamed(console) }
  }

  /// VAULTCTL_ENV may be the previous name, or already the new one.
  private func renamed(_ console: Console) throws -> Outcome {
    let workspace = try Workspace.load(global, environment: nil)
    let renamer = try EnvironmentRenamer(workspace.contents.projectFile, from: name, to: newName)
    guard let change = renamer.change else {
      console.result("`\(name)` is already named `\(newName)`\n")
      return .fine
    }
    try workspace.write([change], console)
    console.done("\(change.file): environment `\(name)` is now `\(newName)`")
    if !isDryRun {
      try Workspace.load(global, environment: nil)
        .keepApproval(of: workspace.contents.settings)
    }
    let environment = renamer.environment
    console.note(
      "Its id is `\(environment.id)`, and its overlay `\(environment.overlay.text)`: both stay.")
    console.note(
      "Use --env \(newName) with this file, and VAULTCTL_ENV=\(newName) in pipelines and services.")
    return .fine
  }
}
