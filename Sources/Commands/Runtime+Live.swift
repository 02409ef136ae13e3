import Foundation
import Model
import Pacing

extension Runtime {
  /// The system's clocks, sleep and randomness.
  ///
  /// Nothing else in the sources reads the time of day, suspends a task for a time, or draws jitter.
  /// Exceptions, none of which decides what a run does: `EventLoop`, `LoggingHTTPTransport` and
  /// `FileRules` measure an operation or pause a blocked thread, and keys, ids and names of temporary
  /// files come from the system's generator.
  static let live: Runtime = {
    let start = ContinuousClock.now
    return Runtime(
      now: { Timestamp(Date()) }, elapsed: { ContinuousClock.now - start },
      sleep: { try? await Task.sleep(for: $0) }, random: { Double.random(in: 0..<1) })
  }()
}
