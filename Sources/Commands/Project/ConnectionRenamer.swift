import Diagnostics
import FileChanges
import Manifests
import Model

/// Renames a connection in every document that declares it, with its values sealed for the new name.
struct ConnectionRenamer {
  let workspace: Workspace
  let console: Console
  /// As the user gave it.
  let name: String
  let newName: ConnectionName

  /// Whether an earlier run did it: no document has the previous name, and one of those with the new
  /// name says so.
  var isDone: Bool {
    isBegun
      && !workspace.contents.manifests.flatMap(\.documents).contains { $0.name.rawValue == name }
  }

  /// The changes of all files; nothing is written.
  ///
  /// - Throws: if the new name is taken, a file cannot be read, or a value cannot be opened.
  func changes() async throws -> [FileChange] {
    // That an environment still has the previous name is what this is for.
    try workspace.requireReadable(workspace.manifests(declaring: name)) {
      ![.plaintextSecret, .formerNameTaken].contains($0)
    }
    let layers = try layers()
    let sealed = try await resealed(layers.map(\.document))
    let base = layers.filter { $0.manifest.environment == nil }
    let isHeld = isFormerNameHeldByBase
    let editor = workspace.editor
    var changes: [FileChange] = []
    for manifest in workspace.contents.manifests {
      let here = layers.filter { $0.manifest.file == manifest.file }.map(\.document)
      if here.isEmpty { continue }
      // One document of a connection holds its previous name; the others override it.
      let hasFormerName = !isHeld && (base.isEmpty || manifest.environment == nil)
      let renames = here.map { document in
        let former = [document.name] + document.formerNames.filter { $0 != newName }
        return RenameEdit(
          document: document, name: newName, formerNames: hasFormerName ? former : [])
      }
      let edits = sealed.filter { edit in edit.file == manifest.file }.map(\.edit)
      changes.append(try editor.change(edits, renames: renames, to: manifest))
    }
    return changes
  }

  /// Whether some documents were renamed before, in another branch or while one of these was written.
  private var isBegun: Bool { workspace.contents.manifests.contains(where: isRenamed(in:)) }

  /// Whether the base's document is one of them: it lists the previous name for all environments.
  private var isFormerNameHeldByBase: Bool {
    workspace.contents.manifests.contains { $0.environment == nil && isRenamed(in: $0) }
  }

  private func isRenamed(in manifest: Manifest) -> Bool {
    manifest.documents.contains { document in
      document.name == newName && document.formerNames.contains { $0.rawValue == name }
    }
  }

  /// The documents that have the previous name, in the base and in every environment.
  private func layers() throws -> [LocatedDocument] {
    let all = workspace.contents.manifests.flatMap { manifest in
      manifest.documents.map { LocatedDocument(manifest: manifest, document: $0) }
    }
    let found = all.filter { $0.document.name.rawValue == name }
    let isBegun = isBegun
    let taken = all.first { one in
      one.document.name == newName
        && (!isBegun || found.contains { $0.manifest.environment == one.manifest.environment })
    }
    if let taken { throw Failure(.alreadyDeclared(taken.document)) }
    if found.isEmpty { _ = try workspace.documents(name) }
    return found
  }

  private func resealed(
    _ documents: [ManifestDocument]
  ) async throws -> [(file: String, edit: FieldEdit)] {
    let slots = documents.flatMap { document in
      document.slots.compactMap { slot in document.sealedField(slot).map { (document, $0) } }
    }
    let sealer = FieldSealer(keyring: .standard(workspace.project, console: console))
    let values = try await sealer.opened(slots.map { $1 }, sources: workspace.sources)
    let fields = zip(slots, values).map { slot, value in
      let (document, field) = slot
      return UnsealedField(
        address: FieldAddress(newName, field.address.field), value: value,
        file: document.origin.file, location: field.location)
    }
    let sealed = try await sealer.seal(fields, sharing: workspace.presentSessionKeys)
    return zip(slots, sealed).map { slot, text in
      (slot.0.origin.file, FieldEdit(document: slot.0, field: slot.1.address.field, text: text))
    }
  }
}
