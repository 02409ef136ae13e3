import Diagnostics
import FileChanges
import Manifests
import Model
import Secrets

/// Writes values into the manifest that a connection's edits are for; sealed, unless they are public.
struct FieldSetter {
  let workspace: Workspace
  let sealer: FieldSealer
  /// Whether a value is sealed that looks like a placeholder or another tool's ciphertext.
  let allowsPlaceholder: Bool

  /// Of the setup that a connection without one gets; `nil`: its app's first with the field.
  var setupType: SetupType?
  /// The fields whose values are random texts, for a preview.
  var standIns: Set<FieldName> = []

  /// A change of a manifest, and the texts that it writes.
  struct Planned {
    let change: FileChange
    fileprivate let texts: [FieldName: String]
  }

  /// Nothing is created or written before all values are checked and sealed.
  ///
  /// - Parameter top: the connection's document that wins in the chosen environment.
  func set(
    _ values: [FieldName: SecretBytes], in top: LocatedDocument, _ console: Console
  ) async throws {
    try write(try await planned(values, in: top), in: top, console)
  }

  /// Checks and seals the values; nothing is written.
  func planned(
    _ values: [FieldName: SecretBytes], in top: LocatedDocument
  ) async throws -> Planned {
    let values = values.sorted { $0.key < $1.key }
    let file = workspace.editableFile(top)
    let faults = values.filter { !standIns.contains($0.key) }
      .compactMap { fault(in: $1, for: FieldAddress(top.document.name, $0), top) }
    if !faults.isEmpty { throw Failure(faults) }
    let secret = values.filter { top.document.seals($0.key, of: setupType) }.map { field, value in
      UnsealedField(
        address: FieldAddress(top.document.name, field), value: value, file: file, location: nil)
    }
    let sealed = try await sealer.seal(secret, sharing: workspace.presentSessionKeys)
    var texts = Dictionary(zip(secret.map(\.address.field), sealed)) { $1 }
    for (field, value) in values where texts[field] == nil { texts[field] = value.publicText }
    let (editable, isNew) = try workspace.editableDocument(top)
    let change = try workspace.editor.change(
      texts.sorted { $0.key < $1.key }.map {
        FieldEdit(document: editable.document, field: $0, text: $1, setupType: setupType)
      }, to: editable.manifest, isNew: isNew)
    return Planned(change: change, texts: texts)
  }

  func write(_ planned: Planned, in top: LocatedDocument, _ console: Console) throws {
    let fields = planned.texts.keys.sorted()
    do {
      try workspace.write([planned.change], console)
    } catch let failure as Failure where failure.isOfMovedFile && !console.isDryRun {
      throw Failure(
        failure.diagnostics
          + fields.map { field in
            keep(
              planned.texts[field] ?? "", of: FieldAddress(top.document.name, field),
              isSealed: top.document.seals(field, of: setupType))
          })
    }
    for field in fields {
      let verb: TerminalText = top.document.seals(field, of: setupType) ? "sealed" : "set"
      console.done("\(planned.change.file): \(verb) `\(field)` of `\(top.document.name)`")
    }
  }

  private func fault(
    in value: SecretBytes, for address: FieldAddress, _ top: LocatedDocument
  ) -> Diagnostic? {
    if let reason = top.document.violation(of: value, in: address.field, of: setupType) {
      return .invalidSecretValue(address, reason, at: nil)
    }
    guard top.document.seals(address.field, of: setupType) else {
      return value.publicText == nil ? .invalidSecretValue(address, "is not UTF-8", at: nil) : nil
    }
    if allowsPlaceholder { return nil }
    return value.withBytes { ForeignValue($0) }.map { .foreignValue($0, for: address) }
  }

  /// What a user typed, or a pipe gave once, is not lost because the manifest changed meanwhile.
  private func keep(_ text: String, of address: FieldAddress, isSealed: Bool) -> Diagnostic {
    let random = UInt32.random(in: 0...UInt32.max)
    let file = ".vaultctl/refused-\(random).\(isSealed ? "asc" : "txt")"
    do throws(Diagnostic) {
      try PrivateFile(workspace.files.path(file)).replace(with: Array(text.utf8))
      return .valueKept(address, file, isSealed: isSealed)
    } catch {
      return error
    }
  }
}

extension Failure {
  /// Whether a file changed while the command ran, so that nothing was written.
  var isOfMovedFile: Bool { diagnostics.contains { $0.code == .fileMoved } }
}

extension Diagnostic {
  fileprivate static func valueKept(
    _ address: FieldAddress, _ file: String, isSealed: Bool
  ) -> Diagnostic {
    Diagnostic(
      .valueKept,
      "the new value of `\(address.field)` was kept\(isSealed ? ", sealed," : "") in \(file)",
      severity: .info,
      notes: isSealed ? ["it opens as `\(address.field)` of `\(address.connection)` alone"] : [],
      help: ["if it is the right one, copy it into the manifest; then: rm \(file)"])
  }
}

extension SecretBytes {
  /// The text of a value that is not secret; `nil` if it is not UTF-8.
  fileprivate var publicText: String? {
    let bytes = withBytes { span in span.indices.map { span[$0] } }
    return String(validating: bytes, as: UTF8.self)
  }
}
