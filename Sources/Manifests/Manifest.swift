package import Diagnostics
package import Model
package import SourceYAML

/// One manifest file, read and checked as far as it goes.
package struct Manifest: Sendable {
  package let yaml: YAMLFile
  /// The environment whose overlay it belongs to; `nil`: the base's.
  package let environment: String?
  package let documents: [ManifestDocument]
  package let diagnostics: [Diagnostic]
  /// The values that a snippet must not show.
  package let hidden: [Span]

  package var file: String { yaml.file }
}

/// One document: one connection.
///
/// What commands edit is there even where the connection has faults elsewhere; `layer` is there
/// only where it has none.
package struct ManifestDocument: Sendable {
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
  /// The document lies over another one, whose setup it need not say again.
  package let liesOverSetup: Bool
  package let origin: ConnectionOrigin

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
