import ArgumentParser
import Diagnostics
import Manifests
import Model
import Secrets

struct EditCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Edit one sealed value in $EDITOR.",
    discussion: """
      The value is written to a file with mode 0600 in a private folder, in memory if the machine \
      has a memory file system, and the file is wiped when the editor exits.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.") var name: String
  @Argument(help: "Field; optional if there is only one secret field.")
  var field: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let layers = try workspace.documents(name)
    let top = layers[0]
    let field = try chosenField(top.document)
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let address = FieldAddress(top.document.name, field)
    let holder = layers.map(\.document).first { $0.slot(field)?.sealed != nil }
    let old = try await oldValue(holder, address, sealer, workspace)
    guard let new = try ValueEditor.edited(old) else {
      throw Failure(
        Diagnostic(
          .cancelled, "the editor exited with an error; nothing was changed",
          help: ["use another editor: EDITOR=nano vaultctl edit \(name) \(field)"]))
    }
    if let old, old.constantTimeEquals(new) {
      console.result("`\(field)` of `\(top.document.name)` is unchanged.\n")
      return .fine
    }
    let setter = FieldSetter(workspace: workspace, sealer: sealer)
    try await setter.set(field, to: new, in: top, console)
    return .fine
  }

  private func chosenField(_ document: ManifestDocument) throws -> FieldName {
    if let field {
      try document.requireField(FieldName(field))
      return FieldName(field)
    }
    let shape = document.shape ?? document.app?.setups.first
    let secret = shape?.fields.filter(\.isSecret).map(\.name) ?? []
    if secret.count == 1, let only = secret.first { return only }
    throw ValidationError(
      "`\(name)` has several secret fields; specify one: "
        + secret.map(\.rawValue).joined(separator: ", "))
  }

  private func oldValue(
    _ document: ManifestDocument?, _ address: FieldAddress, _ sealer: FieldSealer,
    _ workspace: Workspace
  ) async throws -> SecretBytes? {
    guard let document, let message = document.slot(address.field)?.sealed else { return nil }
    let location = document.origin.location(of: address.field)
    switch await sealer.open(
      [LocatedSealedField(address: address, message: message, location: location)]
    ).first {
    case .success(let value): return value
    case .failure(let fault): throw Failure([fault], sources: workspace.sources)
    case nil: return nil
    }
  }
}
