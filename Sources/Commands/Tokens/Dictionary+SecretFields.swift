import Model
import Secrets

extension [FieldAddress: SecretBytes] {
  /// The fields of each connection.
  var byConnection: [ConnectionName: [FieldName: SecretBytes]] {
    reduce(into: [:]) { sorted, field in
      sorted[field.key.connection, default: [:]][field.key.field] = field.value
    }
  }
}
