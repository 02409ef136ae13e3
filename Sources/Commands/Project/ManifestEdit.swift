import Manifests
import Model
import SourceYAML

/// The edits of one manifest, with the manifest that they were planned from.
struct ManifestEdit: Sendable {
  let manifest: Manifest
  let fields: [FieldEdit]
  var renames: [RenameEdit] = []
  var metadata: [MetadataEdit] = []

  /// The same edits of what another program wrote meanwhile.
  ///
  /// - Returns: `nil` if one does not fit: its connection is no longer there, or what it replaces is
  ///   not what it was planned from.
  func rebased(onto moved: Manifest) -> ManifestEdit? {
    let (before, after) = (manifest.yaml(), moved.yaml())
    var fields: [FieldEdit] = []
    for edit in self.fields {
      guard let document = Self.counterpart(of: edit.document, in: moved),
        before.value(of: edit.field, in: edit.document)
          == after.value(of: edit.field, in: document)
      else { return nil }
      fields.append(
        FieldEdit(
          document: document, field: edit.field, text: edit.text, setupType: edit.setupType))
    }
    var renames: [RenameEdit] = []
    for rename in self.renames {
      // A value that was sealed meanwhile is bound to the previous name.
      guard let document = Self.counterpart(of: rename.document, in: moved),
        document.formerNames == rename.document.formerNames,
        document.slots.allSatisfy({ slot in
          slot.sealed == nil
            || fields.contains { $0.document === document && $0.field == slot.field }
        })
      else { return nil }
      renames.append(
        RenameEdit(document: document, name: rename.name, formerNames: rename.formerNames))
    }
    var metadata: [MetadataEdit] = []
    for edit in self.metadata {
      guard let document = Self.counterpart(of: edit.document, in: moved),
        before.text(of: edit, in: edit.document) == after.text(of: edit, in: document)
      else { return nil }
      metadata.append(
        MetadataEdit(document: document, part: edit.part, key: edit.key, text: edit.text))
    }
    return ManifestEdit(manifest: moved, fields: fields, renames: renames, metadata: metadata)
  }

  private static func counterpart(
    of document: ManifestDocument, in moved: Manifest
  ) -> ManifestDocument? {
    let found = moved.documents.filter { $0.name == document.name }
    guard found.count == 1, let only = found.first, only.app?.id == document.app?.id,
      only.shape?.type == document.shape?.type
    else { return nil }
    return only
  }
}

extension YAMLFile {
  /// A field's scalar; `nil` if it has none.
  fileprivate func value(of field: FieldName, in document: ManifestDocument) -> String? {
    root(of: document)?["spec"]?["setup"]?[field.rawValue]?.scalar?.text
  }

  /// What a document has for a label or annotation.
  fileprivate func text(of edit: MetadataEdit, in document: ManifestDocument) -> String? {
    root(of: document)?["metadata"]?[edit.part.rawValue]?[edit.key]?.scalar?.text
  }
}
