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

  @OptionGroup var placeholders: PlaceholderOptions

  /// Taken so that our own message answers, which does not show it.
  @Argument(help: .hidden) var surplus: [String] = []

  func validate() throws {
    if surplus.isEmpty { return }
    throw ValidationError(
      "the value must not be an argument: other processes can read it, and the shell may have saved it "
        + "in its history. If it is a real secret, create a new one. Leave it out and type it at the "
        + "prompt, or pass it to stdin.")
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    PrivateFolder.removeLeftovers()
    let workspace = try Workspace.load(global)
    try workspace.requireAllFiles()
    let top = try workspace.documents(name)[0]
    let field = FieldName(field)
    try top.document.requireField(field)
    let prompt: TerminalText? =
      stdin || !console.canAsk ? nil : "Value of \(field) (input is hidden): "
    let value: SecretBytes
    do {
      value = try console.secret(prompt: prompt)
    } catch is SecretInput.TooLarge {
      throw ValidationError("the value is larger than \(SecretInput.limit) bytes")
    }
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let setter = FieldSetter(
      workspace: workspace, sealer: sealer, allowsPlaceholder: placeholders.areAllowed)
    try await setter.set(field, to: value, in: top, console)
    return .fine
  }
}
