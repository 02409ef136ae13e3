package import Model

/// The clock, the sleep and the randomness that effects use.
///
/// The live one is built once, at the edge; tests have one whose time they control. It is a value
/// of closures and a target of its own, because every effect uses it and the pure core must not be
/// able to.
package struct Runtime: Sendable {
  /// The time of day, which steps when a clock is set or a server's is noticed. How long something takes is
  /// measured with `elapsed`.
  package let now: @Sendable () -> Timestamp
  /// Since any moment; it never steps.
  package let elapsed: @Sendable () -> Duration
  /// Returns early if the task is cancelled.
  package let sleep: @Sendable (Duration) async -> Void
  /// From 0 up to 1; for jitter, never for keys and names.
  package let random: @Sendable () -> Double

  package init(
    now: @escaping @Sendable () -> Timestamp, elapsed: @escaping @Sendable () -> Duration,
    sleep: @escaping @Sendable (Duration) async -> Void, random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.elapsed = elapsed
    self.sleep = sleep
    self.random = random
  }
}
