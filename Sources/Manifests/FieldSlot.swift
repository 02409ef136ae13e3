package import Diagnostics
package import Model

/// One setup field of a document, as it is written.
package struct FieldSlot: Sendable {
  package let field: FieldName
  package let range: SourceRange
  package let isSecret: Bool
  package let state: State

  package enum State: Sendable {
    /// `null`, or nothing after the colon.
    case absent
    case plain
    /// Looks like an OpenPGP message, but is not valid.
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

  package var isGiven: Bool {
    switch state {
    case .absent: false
    case .plain, .malformed, .sealed: true
    }
  }

  package var sealed: SealedMessage? {
    switch state {
    case .sealed(let message): message
    case .absent, .plain, .malformed: nil
    }
  }
}

/// A plain-text secret. Its text must only go into a sealed message.
package struct PlaintextSecret: Sendable {
  package let document: ManifestDocument
  package let field: FieldName
  package let text: String
}
