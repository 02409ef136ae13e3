/// The times of a renewal; a response is awaited for less time than a claim lasts.
package enum RenewalTimes {
  package static let responseSeconds: Int64 = 20
  static let claimPoll = Duration.milliseconds(150)
}
