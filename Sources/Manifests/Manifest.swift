package import Diagnostics
package import Model
package import SourceYAML

/// One manifest file, read and checked as far as it goes.
package final class Manifest: Sendable {
  package let yaml: YAMLFile
  /// The environment whose overlay it belongs to; `nil`: the base's.
  package let environment: String?
  package let documents: [ManifestDocument]
  package let diagnostics: [Diagnostic]
  /// The values that a snippet must not show.
  package let hidden: [Span]

  init(
    yaml: YAMLFile, environment: String?, documents: [ManifestDocument],
    diagnostics: [Diagnostic], hidden: [Span]
  ) {
    self.yaml = yaml
    self.environment = environment
    self.documents = documents
    self.diagnostics = diagnostics
    self.hidden = hidden
  }

  package var file: String { yaml.file }
}

/// One document: one connection.
///
/// What commands edit is there even where the connection has faults elsewhere; `layer` is there
/// only where it has none.
package final class ManifestDocument: Sendable {
  package let name: ConnectionName
  package let formerNames: [ConnectionName]
  /// Its own or, over a document of the base, that one's; so is the setup's shape.
  package let app: App?
  package let shape: SetupShape?
  package let publicFields: Set<FieldName>
  package let metadata: YAMLNode
  package let spec: YAMLNode
  /// The setup's mapping; `nil` where there is none.
  package let setup: YAMLNode?
  package let slots: [FieldSlot]
  package let layer: ConnectionLayer?
  /// The connection, where no other document lies over this one.
  package let desired: DesiredConnection?
  /// The document lies over another one, whose setup it need not say again.
  package let liesOverSetup: Bool
  package let origin: ConnectionOrigin

  init(
    name: ConnectionName, formerNames: [ConnectionName] = [], app: App?, shape: SetupShape? = nil,
    publicFields: Set<FieldName> = [], metadata: YAMLNode, spec: YAMLNode, setup: YAMLNode? = nil,
    slots: [FieldSlot] = [], layer: ConnectionLayer?, liesOverSetup: Bool = false,
    origin: ConnectionOrigin
  ) {
    self.name = name
    self.formerNames = formerNames
    self.app = app
    self.shape = shape
    self.publicFields = publicFields
    self.metadata = metadata
    self.spec = spec
    self.setup = setup
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
  package let node: YAMLNode
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
