import ArgumentParser
import Diagnostics
import FileChanges
import Manifests
import Model

struct RenameCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "rename",
    abstract: "Rename a connection; the next apply renames it in the store.",
    discussion: """
      Writes the new name and `metadata.renamedFrom` into its documents in all environments, and seals \
      its values again for the new name, which needs a key that can decrypt them. The connection in \
      the store keeps its ID, so flows continue to work. Once every store has been applied to, \
      `renamedFrom` can be removed.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.") var name: String
  @Argument(help: "New name.") var newName: String

  func carryOut(_ console: Console) async throws -> Outcome {
    try await againIfMoved { try await changed(console) }
  }

  private func changed(_ console: Console) async throws -> Outcome {
    let new = try ConnectionName(argument: newName)
    let workspace = try Workspace.load(global)
    try workspace.requireAllFiles()
    if workspace.wasRenamed(from: name, to: new) {
      console.result("`\(name)` is already named `\(new)`\n")
      return .fine
    }
    try workspace.requireReadable(workspace.manifests(declaring: name))
    let layers = try layers(workspace, new)
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let sealed = try await resealed(layers.map(\.document), new, sealer, workspace)
    let base = layers.filter { $0.manifest.environment == nil }
    let editor = workspace.editor
    var changes: [FileChange] = []
    for manifest in workspace.contents.manifests {
      let here = layers.filter { $0.manifest.file == manifest.file }.map(\.document)
      if here.isEmpty { continue }
      // One document of a connection holds its previous name; the others override it.
      let hasFormerName = base.isEmpty || manifest.environment == nil
      let renames = here.map { document in
        let former = [document.name] + document.formerNames.filter { $0 != new }
        return RenameEdit(document: document, name: new, formerNames: hasFormerName ? former : [])
      }
      let edits = sealed.filter { edit in edit.file == manifest.file }.map(\.edit)
      changes.append(try editor.change(edits, renames: renames, to: manifest))
    }
    try workspace.write(changes, console)
    for change in changes { console.result("\(change.file): `\(name)` is now `\(new)`\n") }
    for flow in workspace.contents.flows where flow.steps.contains(where: { $0.connection == name })
    {
      console.note("\(flow.file) still uses the name `\(name)`")
    }
    return .fine
  }

  /// The connection's documents in the base and in every environment.
  private func layers(
    _ workspace: Workspace, _ new: ConnectionName
  ) throws -> [LocatedDocument] {
    let all = workspace.contents.manifests.flatMap { manifest in
      manifest.documents.map { LocatedDocument(manifest: manifest, document: $0) }
    }
    if let taken = all.first(where: { $0.document.name == new }) {
      throw Failure(
        Diagnostic(
          .duplicateName, "connection `\(new)` is already declared",
          at: taken.document.origin.nameLocation))
    }
    let found = all.filter { $0.document.name.rawValue == name }
    if found.isEmpty { _ = try workspace.documents(name) }
    return found
  }

  private func resealed(
    _ documents: [ManifestDocument], _ new: ConnectionName, _ sealer: FieldSealer,
    _ workspace: Workspace
  ) async throws -> [(file: String, edit: FieldEdit)] {
    let slots = documents.flatMap { document in
      document.slots.compactMap { slot in document.sealedField(slot).map { (document, $0) } }
    }
    let values = await sealer.open(slots.map { $1 })
    var faults: [Diagnostic] = []
    var fields: [UnsealedField] = []
    for ((document, field), result) in zip(slots, values) {
      switch result {
      case .failure(let fault): faults.append(fault)
      case .success(let value):
        fields.append(
          UnsealedField(
            address: FieldAddress(new, field.address.field), value: value,
            file: document.origin.file, location: field.location))
      }
    }
    if !faults.isEmpty { throw Failure(faults, sources: workspace.sources) }
    let sealed = try await sealer.seal(fields, sharing: workspace.presentSessionKeys)
    return zip(slots, sealed).map { slot, text in
      (slot.0.origin.file, FieldEdit(document: slot.0, field: slot.1.address.field, text: text))
    }
  }
}

extension Workspace {
  /// Whether an earlier run did it: no document has the previous name, and one of those with the new
  /// name says so.
  fileprivate func wasRenamed(from name: String, to new: ConnectionName) -> Bool {
    let documents = contents.manifests.flatMap(\.documents)
    return !documents.contains { $0.name.rawValue == name }
      && documents.contains { document in
        document.name == new && document.formerNames.contains { $0.rawValue == name }
      }
  }
}
