import Diagnostics
import Model
import Secrets

/// One value with the field that it is for.
struct UnsealedField: Sendable {
  let address: FieldAddress
  let value: SecretBytes
  let file: String
  let location: Location?
}
