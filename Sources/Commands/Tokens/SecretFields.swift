import Model
import Secrets

/// Opened fields as the connections have them.
enum SecretFields {
  typealias Value = SecretBytes

  static func byConnection(
    _ fields: [FieldAddress: SecretBytes]
  ) -> [ConnectionName: [FieldName: SecretBytes]] {
    fields.reduce(into: [:]) { sorted, field in
      sorted[field.key.connection, default: [:]][field.key.field] = field.value
    }
  }
}
