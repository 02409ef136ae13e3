package import FoundationEssentials

/// An instant in milliseconds since 1970-01-01T00:00:00Z; written as RFC 3339 in UTC.
///
/// It is in the years 1 to 9999, as RFC 3339 can write it: what is before or after, from a file or a
/// server, becomes the first or last of them, so that no arithmetic with instants overflows.
package struct Timestamp: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// 0001-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z.
  private static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

  package let milliseconds: Int64

  package init(milliseconds: Int64) {
    self.milliseconds = min(max(milliseconds, Self.range.lowerBound), Self.range.upperBound)
  }

  package init(_ date: Date) {
    let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
    self.init(
      milliseconds: Int64(exactly: milliseconds) ?? (milliseconds < 0 ? .min : .max))
  }

  package var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

  /// To the second: `2026-03-01T12:00:00Z`.
  package var description: String { date.formatted(.iso8601) }

  package static func < (left: Self, right: Self) -> Bool {
    left.milliseconds < right.milliseconds
  }

  package static func + (left: Self, right: Milliseconds) -> Timestamp {
    Timestamp(milliseconds: left.milliseconds + right.count)
  }

  package static func - (left: Self, right: Milliseconds) -> Timestamp {
    Timestamp(milliseconds: left.milliseconds - right.count)
  }

  /// The time from `right` to `left`; negative if `right` is later.
  package static func - (left: Self, right: Self) -> Milliseconds {
    Milliseconds(left.milliseconds - right.milliseconds)
  }

  package func adding(seconds: Int64) -> Timestamp { self + Seconds(seconds).milliseconds }

  /// Whole seconds from `earlier` to here; negative if `earlier` is later.
  package func seconds(since earlier: Timestamp) -> Int64 { (self - earlier).count / 1000 }

  package init(from decoder: any Decoder) throws {
    self.init(milliseconds: try decoder.singleValueContainer().decode(Int64.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }
}
