package import Diagnostics
package import Model
package import Secrets

/// Opens sealed fields, each for its binding only.
package protocol SecretOpener: Sendable {
  /// The values in the order of the fields, or why each cannot be opened.
  func open(
    _ fields: [(address: FieldAddress, message: SealedMessage, location: Location)]
  ) async -> [Result<SecretBytes, Diagnostic>]
}
