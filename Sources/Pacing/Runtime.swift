package import Model

/// The clock, the sleep and the chance that effects are given.
///
/// The live one is built once, at the edge; tests have one whose time they move. It is a value of
/// closures and a target of its own, because the pure core must not be able to name it and every
/// effect may.
package struct Runtime: Sendable {
  package let now: @Sendable () -> Timestamp
  /// Returns early where the task is cancelled.
  package let sleep: @Sendable (Duration) async -> Void
  /// From 0 up to 1; for jitter, never for keys and names.
  package let random: @Sendable () -> Double

  package init(
    now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async -> Void,
    random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.sleep = sleep
    self.random = random
  }
}
