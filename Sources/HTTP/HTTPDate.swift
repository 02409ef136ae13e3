import FoundationEssentials
package import Model

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
package enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  package static func read(_ text: String) -> Timestamp? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, let day = Int(parts[1]), let year = Int(parts[3]),
      let month = months.firstIndex(of: String(parts[2]))
    else { return nil }
    let time = parts[4].split(separator: ":").compactMap { Int($0) }
    // A calendar traps on some numbers that no date has.
    guard (1...9999).contains(year), (1...31).contains(day), time.count == 3,
      time.allSatisfy({ (0...60).contains($0) })
    else { return nil }
    var utc = Calendar(identifier: .gregorian)
    utc.timeZone = .gmt
    return utc.date(
      from: DateComponents(
        year: year, month: month + 1, day: day, hour: time[0], minute: time[1], second: time[2])
    ).map { Timestamp($0) }
  }

  /// At least how many whole seconds a server's clock is ahead of ours, by a response's `Date` (RFC
  /// 9110 section 6.6.1). A date between the request and the response counts as right, however long
  /// the request took; under five seconds, so does any other date.
  ///
  /// - Returns: `nil` if there is no date.
  package static func skewSeconds(
    of date: String?, sentAt: Timestamp, receivedAt: Timestamp
  ) -> Int64? {
    guard let date = date.flatMap({ read($0) }) else { return nil }
    let skew = date.seconds(since: min(max(date, sentAt), receivedAt))
    return abs(skew) < 5 ? 0 : skew
  }
}
