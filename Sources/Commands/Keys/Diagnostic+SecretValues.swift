package import Diagnostics
package import Model

extension Diagnostic {
  package static func invalidSecretValue(
    _ address: FieldAddress, _ reason: String, at location: Location?
  ) -> Diagnostic {
    Diagnostic(
      .invalidSecretValue, "the value of `\(address.field)` of `\(address.connection)` \(reason)",
      at: location,
      help: [
        "seal a valid value: vaultctl set \(shellWord(address.connection.rawValue))"
          + " \(shellWord(address.field.rawValue))"
      ])
  }
}
