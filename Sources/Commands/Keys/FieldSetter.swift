import Diagnostics
import Manifests
import Model
import Secrets

/// Seals one value into the manifest that a connection's edits are for.
struct FieldSetter {
  let workspace: Workspace
  let sealer: FieldSealer

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
    let file = workspace.editableFile(top)
    let sealed = try await sealer.seal(
      [UnsealedField(address: address, value: value, file: file, location: nil)],
      sharing: workspace.presentSessionKeys)
    let (editable, isNew) = try workspace.editableDocument(top)
    let change = try workspace.editor.change(
      sealed.map { FieldEdit(document: editable.document, field: field, text: $0) },
      to: editable.manifest, isNew: isNew)
    do {
      try workspace.write([change], console)
    } catch let failure as Failure where failure.isOfMovedFile {
      throw Failure(failure.diagnostics + keep(sealed, of: address))
    }
    console.result("\(file): sealed `\(field)` of `\(editable.document.name)`\n")
  }
  /// What a user typed, or a pipe gave once, is not lost because the manifest changed meanwhile.
  private func keep(_ sealed: [String], of address: FieldAddress) -> [Diagnostic] {
    let file = ".vaultctl/refused-\(UInt32.random(in: 0...UInt32.max)).asc"
    do throws(Diagnostic) {
      try PrivateFile(workspace.files.path(file)).replace(with: Array(sealed.joined().utf8))
      return [.valueKept(address, file)]
    } catch {
      return [error]
    }
  }
}

extension Failure {
  /// Whether a file changed while the command ran, so that nothing was written.
  var isOfMovedFile: Bool { diagnostics.contains { $0.code == .fileMoved } }
}

extension Diagnostic {
  fileprivate static func valueKept(_ address: FieldAddress, _ file: String) -> Diagnostic {
    Diagnostic(
      .valueKept, "the new value of `\(address.field)` was kept, sealed, in \(file)",
      severity: .info,
      notes: ["it opens as `\(address.field)` of `\(address.connection)` alone"],
      help: ["if it is the right one, copy it into the manifest; then: rm \(file)"])
  }
}
