import Diagnostics
import Manifests
import Model
import Secrets

/// Seals one value into the manifest that a connection's edits are for.
struct FieldSetter {
  let workspace: Workspace
  let sealer: FieldSealer
  /// Whether a value is sealed that looks like a placeholder or another tool's ciphertext.
  let allowsPlaceholder: Bool

  /// Nothing is created or written before the value is checked and sealed.
  ///
  /// - Parameter top: the connection's document that wins in the chosen environment.
  func set(
    _ field: FieldName, to value: SecretBytes, in top: LocatedDocument, _ console: Console
  ) async throws {
    let address = FieldAddress(top.document.name, field)
    if let reason = top.document.violation(of: value, in: field) {
      throw Failure(.invalidSecretValue(address, reason, at: nil))
    }
    if !allowsPlaceholder, let foreign = value.withBytes({ ForeignValue($0) }) {
      throw Failure(.foreignValue(foreign, for: address))
    }
    let file = workspace.editableFile(top)
    let sealed = try await sealer.seal(
      [UnsealedField(address: address, value: value, file: file, location: nil)],
      sharing: workspace.presentSessionKeys)
    let editable = try workspace.editableDocument(top)
    try ManifestEditor(files: workspace.files).write(
      sealed.map { FieldEdit(document: editable.document, field: field, text: $0) },
      to: editable.manifest)
    console.result("\(file): sealed `\(field)` of `\(editable.document.name)`\n")
  }
}
