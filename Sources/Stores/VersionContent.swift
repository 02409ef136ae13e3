package import Model
package import Secrets

/// What a version of a connection held, opened.
package struct VersionContent: Sendable {
  package enum Value: Sendable {
    case plain(PlainValue)
    case secret(SecretBytes)
  }

  package let app: AppID
  package let setupType: SetupType?
  package let fields: [FieldName: Value]
  package let labels: [String: String]
  /// Fields that other tools gave an object or a list; they are not in `fields`.
  package let unreadable: Set<FieldName>

  package init(
    app: AppID, setupType: SetupType?, fields: [FieldName: Value], labels: [String: String],
    unreadable: Set<FieldName> = []
  ) {
    self.app = app
    self.setupType = setupType
    self.fields = fields
    self.labels = labels
    self.unreadable = unreadable
  }

  /// - Throws: `refused` if not all of it could be written again.
  package func requireReadable() throws(StoreError) {
    guard let field = unreadable.min() else { return }
    throw .refused("its field `\(field)` is an object or a list, which another tool wrote")
  }

  /// The values of an older version, whose messages are no longer known.
  package var older: [FieldName: FieldWrite] {
    fields.mapValues { value in
      switch value {
      case .plain(let plain): .plain(plain)
      case .secret(let secret): .secret(secret, ciphertext: .unknown)
      }
    }
  }
}
