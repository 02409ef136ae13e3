package import Diagnostics

extension Diagnostic {
  /// Seconds beyond which a difference of clocks is a warning.
  private static let tolerance: Int64 = 60

  /// - Parameters:
  ///   - server: whose clock it is.
  ///   - seconds: that it is ahead of this machine's.
  package static func clockSkew(
    _ server: String, seconds: Int64, at location: Location? = nil
  ) -> Diagnostic {
    let isLarge = abs(seconds) > tolerance
    return Diagnostic(
      .clockSkew,
      "the clock of \(server) is \(abs(seconds)) s \(seconds > 0 ? "fast" : "slow")",
      severity: isLarge ? .warning : .info, at: location,
      notes: ["compared with this machine's clock, which may be wrong"],
      help: isLarge ? ["compare it with a time server: timedatectl timesync-status"] : [])
  }
}
