package import Model
package import SourceYAML

/// One document: one connection.
///
/// The parts that commands edit are present even if others have faults; `layer` is present only if
/// none has.
package final class ManifestDocument: Sendable {
  /// 0-based, among the file's documents that have content.
  package let index: Int
  package let name: ConnectionName
  package let formerNames: [ConnectionName]
  /// Its own or, if it overlays a document of the base, that document's. The same applies to
  /// `shape`.
  package let app: App?
  package let shape: SetupShape?
  package let publicFields: Set<FieldName>
  /// Whether it has a setup of a known type.
  package let hasSetup: Bool
  /// Whether it has a setup that could not be read: its fields are not in `slots`.
  package let hasUnreadSetup: Bool
  package let slots: [FieldSlot]
  package let layer: ConnectionLayer?
  /// The connection, if no other document overlays this one.
  package let desired: DesiredConnection?
  /// Whether it overlays a document with a setup, which it does not have to repeat.
  package let liesOverSetup: Bool
  package let origin: ConnectionOrigin

  init(
    index: Int, name: ConnectionName, formerNames: [ConnectionName] = [], app: App?,
    shape: SetupShape? = nil, publicFields: Set<FieldName> = [], hasSetup: Bool = false,
    hasUnreadSetup: Bool = false, slots: [FieldSlot] = [], layer: ConnectionLayer?,
    liesOverSetup: Bool = false, origin: ConnectionOrigin
  ) {
    self.index = index
    self.name = name
    self.formerNames = formerNames
    self.app = app
    self.shape = shape
    self.publicFields = publicFields
    self.hasSetup = hasSetup
    self.hasUnreadSetup = hasUnreadSetup
    self.slots = slots
    self.layer = layer
    desired = layer?.desired
    self.liesOverSetup = liesOverSetup
    self.origin = origin
  }

  /// Whether it has no setup, readable or not, and removes none.
  package var isEmpty: Bool { !hasSetup && !hasUnreadSetup && !isRemoval }

  /// Whether it removes the base's connection from its environment (`spec: null`).
  package var isRemoval: Bool { layer?.isRemoved ?? false }

  package func slot(_ field: FieldName) -> FieldSlot? { slots.first { $0.field == field } }

  /// The sealed value of a slot of this document; `nil` if it holds none.
  package func sealedField(_ slot: FieldSlot) -> LocatedSealedField? {
    slot.sealed.map {
      LocatedSealedField(
        address: FieldAddress(name, slot.field), message: $0,
        location: origin.location(of: slot.field))
    }
  }
}

/// A document and the file that contains it.
package struct LocatedDocument: Sendable {
  package let manifest: Manifest
  package let document: ManifestDocument

  package init(manifest: Manifest, document: ManifestDocument) {
    self.manifest = manifest
    self.document = document
  }

  /// What the manifest has for a field, unless that is sealed.
  package func plainText(of field: FieldName) -> String? {
    guard let slot = document.slot(field), slot.isGiven, slot.sealed == nil else { return nil }
    return manifest.yaml().root(of: document)?["spec"]?["setup"]?[field.rawValue]?.scalar?.text
  }
}

extension Sequence<ManifestDocument> {
  /// What overlays override: by name, and by the previous names that no document has.
  package var byNames: [ConnectionName: ManifestDocument] {
    var found = Dictionary(map { ($0.name, $0) }) { $1 }
    for document in self {
      for former in document.formerNames where found[former] == nil { found[former] = document }
    }
    return found
  }
}

extension YAMLFile {
  /// The tree of one of the file's documents.
  package func root(of document: ManifestDocument) -> YAMLNode? {
    let roots = documents.compactMap(\.root)
    return roots.indices.contains(document.index) ? roots[document.index] : nil
  }
}
