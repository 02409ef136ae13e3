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
    let editable = try workspace.editableDocument(name)
    let (manifest, document) = (editable.manifest, editable.document)
    let field = FieldName(field)
    try document.requireField(field)
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let prompt: TerminalText? =
      stdin || !console.canAsk ? nil : "Value of \(field) (input is hidden): "
    let value: SecretBytes
    do {
      value = try console.secret(prompt: prompt)
    } catch {
      throw ValidationError("the value is larger than \(SecretInput.limit) bytes")
    }
    let address = FieldAddress(document.name, field)
    if let reason = document.violation(of: value, in: field) {
      throw Failure(.invalidSecretValue(address, reason, at: nil))
    }
    let sealed = try await sealer.seal(
      [UnsealedField(address: address, value: value, file: manifest.file, location: nil)],
      sharing: workspace.presentSessionKeys)
    try ManifestEditor(files: workspace.files).write(
      sealed.map { FieldEdit(document: document, field: field, text: $0) }, to: manifest)
    console.result("\(manifest.file): sealed `\(field)` of `\(document.name)`\n")
    return .fine
  }
}
