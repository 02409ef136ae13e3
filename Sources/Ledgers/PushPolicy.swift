/// When the states of a run are shared with a remote.
package enum PushPolicy {
  /// Seconds between two moves of the outcomes at a remote; a run's end moves there at once.
  package static let interval: Int64 = 5

  /// - Parameters: seconds since 1970.
  package static func isDue(at now: Int64, lastPush: Int64) -> Bool { now - lastPush >= interval }
}
