package import Diagnostics
package import Model

extension Diagnostic {
  /// - Parameter seconds: the lifetime that the service gives its tokens.
  package static func lifetimeTooShort(
    _ name: ConnectionName, seconds: Int64, at location: Location? = nil
  ) -> Diagnostic {
    Diagnostic(
      .lifetimeTooShort, "the service gives the tokens of `\(name)` a lifetime of \(seconds) s",
      severity: .warning, at: location,
      notes: ["that is too short to renew them in time; they are renewed once a minute at most"],
      help: [
        "if 0 means that they do not expire, set `accessTokens: {zeroMeans: never}` in the app's `oauth:`"
      ])
  }
}
