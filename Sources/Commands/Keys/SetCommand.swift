import ArgumentParser
import Diagnostics
import Manifests
import Model
import Secrets

struct SetCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Write one value into a manifest; seal it if it is secret.",
    discussion: """
      The value of a secret field is read from a hidden prompt, or from stdin if that is not a \
      terminal. It is never an argument, which every process on the machine could read. From \
      stdin or a file, the line break after a single line is removed, and the one after several lines, \
      as in a key file, is part of the value. The value of a field that is not secret may also be an argument, and is \
      written as it is.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.", completion: .connections) var name: String
  @Argument(help: "Setup field.", completion: .fields) var field: String
  @Flag(help: "Read the value from stdin even if it is a terminal.") var stdin = false

  @Option(
    help: ArgumentHelp("Read the value from this file.", valueName: "file"), completion: .file())
  var valueFile: String?

  @Flag(help: "Keep the line break at the end of the value, also after a single line.")
  var keepNewline = false

  @OptionGroup var placeholders: PlaceholderOptions

  @OptionGroup var writing: WriteOptions

  @Argument(help: "Value, only for a field that is not secret.")
  var value: String?

  /// Taken so that our own message answers, which does not show it.
  @Argument(help: .hidden) var surplus: [String] = []

  func validate() throws {
    if !surplus.isEmpty { throw Self.valueIsArgument }
    if [value != nil, stdin, valueFile != nil].count(where: \.self) > 1 {
      throw ValidationError("use only one of --stdin, --value-file and a value")
    }
    if value != nil, keepNewline {
      throw ValidationError("--keep-newline cannot be used with a value")
    }
  }

  private static var valueIsArgument: ValidationError {
    ValidationError(
      "the value must not be an argument: other processes can read it, and the shell may have saved it "
        + "in its history. If it is a real secret, create a new one. Leave it out and type it at the "
        + "prompt, or pass it to stdin.")
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    PrivateFolder.removeLeftovers()
    let workspace = try Workspace.load(global)
    let top = try workspace.editableDocuments(name)[0]
    let field = FieldName(field)
    try top.document.requireField(field)
    let isSealed = top.document.seals(field)
    if isSealed, value != nil { throw Self.valueIsArgument }
    let value = try value.map { SecretBytes(copying: $0.utf8) } ?? read(field, isSealed, console)
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let setter = FieldSetter(
      workspace: workspace, sealer: sealer, allowsPlaceholder: placeholders.areAllowed)
    try await setter.set([field: value], in: top, console)
    return .fine
  }

  /// A value that is written as it is may be seen while it is typed.
  private func read(
    _ field: FieldName, _ isSealed: Bool, _ console: Console
  ) throws -> SecretBytes {
    let lastBreak: SecretInput.LastBreak = keepNewline ? .kept : .keptAfterLines
    do throws(SecretInput.Fault) {
      if let valueFile { return try SecretInput.read(file: valueFile, lastBreak: lastBreak) }
    } catch {
      throw Failure(Diagnostic(error, source: "the file of the value"))
    }
    do {
      if stdin || !console.canAsk {
        return try console.secret(prompt: nil, lastBreak: lastBreak)
      }
      if isSealed { return try console.secret(prompt: "Value of \(field) (input is hidden): ") }
      return SecretBytes(copying: (console.answer(to: "Value of \(field): ") ?? "").utf8)
    } catch let fault as SecretInput.Fault {
      throw Failure(Diagnostic(fault, source: "stdin"))
    }
  }
}
