package import Diagnostics
package import Model
package import Secrets

/// Opens sealed fields; a message opens only for the field that it was sealed for.
package protocol SecretOpener: Sendable {
  /// The values in the order of the fields, or why one cannot be opened.
  func open(
    _ fields: [LocatedSealedField]
  ) async -> [Result<SecretBytes, Diagnostic>]
}
