import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model
import Secrets
import SourceYAML

struct EncryptCommand: WritingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "encrypt",
    abstract: "Seal every plain-text secret field in place.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: "Manifests (default: all in the project).", completion: .file())
  var files: [String] = []

  @OptionGroup var placeholders: PlaceholderOptions

  @OptionGroup var writing: WriteOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    try await againIfMoved { try await changed(console) }
  }

  private func changed(_ console: Console) async throws -> Outcome {
    PrivateFolder.removeLeftovers()
    let workspace = try Workspace.load(global)
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let manifests = try workspace.manifests(files)
    try workspace.requireReadable(manifests) { !placeholders.sealableCodes.contains($0) }

    var fields: [(source: LocatedDocument, field: UnsealedField)] = []
    var faults: [Diagnostic] = []
    for manifest in manifests {
      for secret in manifest.plaintextSecrets() {
        let document = secret.document
        let address = FieldAddress(document.name, secret.field)
        let location = document.origin.location(of: secret.field)
        let value = SecretBytes(copying: Array(secret.text.utf8))
        if value.count > SecretInput.limit {
          faults.append(.largeValue(address, at: location))
        } else if let reason = document.violation(of: value, in: secret.field) {
          faults.append(.invalidSecretValue(address, reason, at: location))
        }
        fields.append(
          (
            LocatedDocument(manifest: manifest, document: document),
            UnsealedField(address: address, value: value, file: manifest.file, location: location)
          ))
      }
    }
    if !faults.isEmpty { throw Failure(faults, sources: workspace.sources) }
    if fields.isEmpty {
      console.result("Nothing to seal.\n")
      return .fine
    }

    let sealed = try await sealer.seal(
      fields.map(\.field), sharing: workspace.presentSessionKeys)
    let editor = workspace.editor
    let byFile = Dictionary(grouping: zip(fields, sealed)) { $0.0.source.manifest.file }
    let changes = try manifests.compactMap { manifest in
      try byFile[manifest.file].map { here in
        let edits = here.map {
          FieldEdit(document: $0.source.document, field: $0.field.address.field, text: $1)
        }
        // A secret that was typed meanwhile would stay as it is.
        return try editor.change(edits, to: manifest) { $0.plaintextSecrets().count == edits.count }
      }
    }
    try workspace.write(changes, console)
    for (source, field) in fields {
      console.done(
        "\(source.manifest.file): sealed `\(field.address.field)` of `\(source.document.name)`")
    }
    return .fine
  }
}
