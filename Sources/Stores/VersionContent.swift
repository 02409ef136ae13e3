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

  package init(
    app: AppID, setupType: SetupType?, fields: [FieldName: Value], labels: [String: String]
  ) {
    self.app = app
    self.setupType = setupType
    self.fields = fields
    self.labels = labels
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
