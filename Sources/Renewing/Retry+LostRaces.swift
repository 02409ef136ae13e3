import Pacing
import Stores

extension RetryPolicy {
  /// For writes that another process was quicker than: a renewal takes a second or so, and no other one begins
  /// meanwhile.
  static let lostRaces = RetryPolicy(
    .attempts(20), Backoff(first: 0.15, longest: 2, jitter: .half))
}

extension Retry {
  /// Waits before the store is read again. Even a store that contradicts itself, as one whose file was replaced,
  /// costs no more than that.
  ///
  /// - Throws: `busy` if one race after another was lost.
  mutating func waitAfterLostRace() async throws(StoreError) {
    guard await waitForNextAttempt() else {
      throw .busy("other processes change the connection's tokens all the time")
    }
  }
}
