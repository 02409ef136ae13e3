/// What an API's client needs of the world beside the network.
package struct Surroundings: Sendable {
  /// Milliseconds since 1970.
  package let now: @Sendable () -> Int64
  package let sleep: @Sendable (Duration) async -> Void
  /// From 0 up to 1.
  package let random: @Sendable () -> Double

  package init(
    now: @escaping @Sendable () -> Int64, sleep: @escaping @Sendable (Duration) async -> Void,
    random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.sleep = sleep
    self.random = random
  }
}
