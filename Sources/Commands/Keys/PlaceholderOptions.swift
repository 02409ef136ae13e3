import ArgumentParser
import Diagnostics

/// What commands that seal values do with those that look like no credential.
struct PlaceholderOptions: ParsableArguments {
  @Flag(
    name: .customLong("allow-placeholder"),
    help: "Seal a value even if it looks like a placeholder or another tool's ciphertext.")
  var areAllowed = false

  /// Diagnostics of values that are sealed.
  var sealableCodes: Set<DiagnosticCode> {
    areAllowed
      ? [.plaintextSecret, .foreignCiphertext, .placeholderValue] : [.plaintextSecret]
  }
}
