package import Diagnostics
package import Model

extension Diagnostic {
  /// Nothing would open it again.
  package static func largeValue(_ address: FieldAddress, at location: Location?) -> Diagnostic {
    .invalidSecretValue(address, "is larger than \(SecretInput.limit) bytes", at: location)
  }

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
