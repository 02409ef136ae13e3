import ArgumentParser
import Diagnostics
import Manifests
import Model
import Secrets

struct SetCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Seal one value into a manifest.",
    discussion: """
      The value is read from a hidden prompt, or from stdin if that is not a terminal. It is never \
      an argument, which every process on the machine could read. One trailing line break is \
      removed.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.") var name: String
  @Argument(help: "Setup field.") var field: String
  @Flag(help: "Read the value from stdin even if it is a terminal.") var stdin = false

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let top = try workspace.documents(name)[0]
    let field = FieldName(field)
    try top.document.requireField(field)
    let prompt: TerminalText? =
      stdin || !console.canAsk ? nil : "Value of \(field) (input is hidden): "
    let value: SecretBytes
    do {
      value = try console.secret(prompt: prompt)
    } catch {
      throw ValidationError("the value is larger than \(SecretInput.limit) bytes")
    }
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let setter = FieldSetter(workspace: workspace, sealer: sealer)
    try await setter.set(field, to: value, in: top, console)
    return .fine
  }
}
