package import Diagnostics
package import Model
package import SourceYAML

/// One manifest file, read and checked as far as it goes.
package final class Manifest: Sendable {
  /// The file's name in diagnostics, relative to the project's root.
  package let file: String
  package let bytes: [UInt8]
  /// The environment whose overlay it belongs to; `nil`: the base's.
  package let environment: String?
  package let documents: [ManifestDocument]
  package let diagnostics: [Diagnostic]
  /// The values that a snippet must not show.
  package let hidden: [SourceRange]

  init(
    file: String, bytes: [UInt8], environment: String?, documents: [ManifestDocument],
    diagnostics: [Diagnostic], hidden: [SourceRange]
  ) {
    self.file = file
    self.bytes = bytes
    self.environment = environment
    self.documents = documents
    self.diagnostics = diagnostics
    self.hidden = hidden
  }

  /// The file with its tree, for edits. It is read again: a tree is many times as large as its file,
  /// and most commands read thousands of files and edit none.
  package func yaml() -> YAMLFile { YAMLFile.parse(bytes, file: file).0 }

  /// The secrets in clear, which `encrypt` has to seal. Their texts are kept nowhere: the file is read
  /// again.
  package func plaintextSecrets() -> [(document: ManifestDocument, field: FieldName, text: String)]
  {
    if !documents.contains(where: { $0.slots.contains(where: \.isPlaintextSecret) }) { return [] }
    let yaml = yaml()
    return documents.flatMap { document in
      let setup = yaml.root(of: document)?["spec"]?["setup"]
      return document.slots.filter(\.isPlaintextSecret).map {
        (document, $0.field, setup?[$0.field.rawValue]?.scalar?.text ?? "")
      }
    }
  }
}

/// One document: one connection.
///
/// What commands edit is there even where the connection has faults elsewhere; `layer` is there
/// only where it has none.
package final class ManifestDocument: Sendable {
  /// Of the file's documents that have content, which one it is.
  package let index: Int
  package let name: ConnectionName
  package let formerNames: [ConnectionName]
  /// Its own or, over a document of the base, that one's; so is the setup's shape.
  package let app: App?
  package let shape: SetupShape?
  package let publicFields: Set<FieldName>
  /// Whether it has a setup of a known type.
  package let hasSetup: Bool
  package let slots: [FieldSlot]
  package let layer: ConnectionLayer?
  /// The connection, where no other document lies over this one.
  package let desired: DesiredConnection?
  /// The document lies over another one, whose setup it need not say again.
  package let liesOverSetup: Bool
  package let origin: ConnectionOrigin

  init(
    index: Int, name: ConnectionName, formerNames: [ConnectionName] = [], app: App?,
    shape: SetupShape? = nil, publicFields: Set<FieldName> = [], hasSetup: Bool = false,
    slots: [FieldSlot] = [], layer: ConnectionLayer?, liesOverSetup: Bool = false,
    origin: ConnectionOrigin
  ) {
    self.index = index
    self.name = name
    self.formerNames = formerNames
    self.app = app
    self.shape = shape
    self.publicFields = publicFields
    self.hasSetup = hasSetup
    self.slots = slots
    self.layer = layer
    desired = layer?.desired
    self.liesOverSetup = liesOverSetup
    self.origin = origin
  }

  package func slot(_ field: FieldName) -> FieldSlot? { slots.first { $0.field == field } }
}

/// One setup field of a document, as it stands in the file.
package struct FieldSlot: Sendable {
  package let field: FieldName
  package let range: SourceRange
  package let isSecret: Bool
  package let state: State

  package enum State: Sendable {
    /// `null`, or nothing behind the colon.
    case absent
    case plain
    /// Means to be a message and is none.
    case malformed
    case sealed(SealedMessage)
  }

  /// A secret that `encrypt` has to seal.
  package var isPlaintextSecret: Bool {
    switch state {
    case .plain: isSecret
    case .absent, .malformed, .sealed: false
    }
  }

  package var sealed: SealedMessage? {
    switch state {
    case .sealed(let message): message
    case .absent, .plain, .malformed: nil
    }
  }
}

extension YAMLFile {
  /// The tree of one of the file's documents.
  package func root(of document: ManifestDocument) -> YAMLNode? {
    let roots = documents.compactMap(\.root)
    return roots.indices.contains(document.index) ? roots[document.index] : nil
  }
}
