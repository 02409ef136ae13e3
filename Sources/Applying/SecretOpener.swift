package import Diagnostics
package import Model
package import Secrets

/// Opens sealed fields, each at its place only.
package protocol SecretOpener: Sendable {
  /// The values in the order of the fields, or what speaks against each.
  func open(
    _ fields: [(address: FieldAddress, message: SealedMessage, location: Location)]
  ) async -> [Result<SecretBytes, Diagnostic>]
}
