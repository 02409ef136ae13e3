import Foundation
import Model
import Testing

/// No number from a file or a server overflows the arithmetic of times.
@Suite struct DurationTests {
  private static let extremes: [Int64] = [
    .min, .min + 1, -9_223_372_036_854_776, -1, 0, 1, 9_223_372_036_854_775, .max - 1, .max,
  ]

  @Test(arguments: extremes) func arithmeticEndsAtTheLimits(count: Int64) {
    let seconds = Seconds(count)
    #expect(abs(seconds.count) <= 631_139_040_000)
    #expect((seconds.count < 0) == (count < 0))
    for other in Self.extremes {
      let (left, right) = (seconds.milliseconds, Milliseconds(other))
      #expect((left + right) - right <= Milliseconds(.max))
      #expect(
        ((left * other).count < 0) == ((count < 0) != (other < 0) && other != 0 && count != 0))
    }
  }

  @Test func fractionsAndInfinitiesAreClamped() {
    #expect(Seconds(Double.nan) == nil)
    #expect(Seconds(Double.infinity) == Seconds(Int64.max))
    #expect(Seconds(-Double.infinity) == Seconds(Int64.min))
    #expect(Seconds(1e300) == Seconds(Int64.max) && Seconds(-1e300) == Seconds(Int64.min))
    #expect(Seconds(1.9) == 1 && Seconds(-1.9) == -1)
  }

  @Test(
    arguments: [
      ("1", 1), ("-5", -5), ("1.5", 1), ("1e300", 631_139_040_000),
      ("9223372036854775807", 631_139_040_000), ("99999999999999999999", 631_139_040_000),
      ("-9223372036854775808", -631_139_040_000), ("\"1\"", nil), ("null", nil),
    ] as [(String, Int64?)])
  func readsTheNumbersOfServers(json: String, count: Int64?) {
    let read = try? JSONDecoder().decode(Seconds.self, from: Data(json.utf8))
    #expect(read?.count == count)
  }

  @Test(arguments: extremes) func timesStayInTheYearsThatCanBeWritten(count: Int64) {
    let time = Timestamp(milliseconds: count)
    let years = Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max)
    #expect(years.lowerBound.description.hasPrefix("0001-"))
    #expect(years.upperBound.description == "9999-12-31T23:59:59Z")
    for other in Self.extremes {
      #expect(years.contains(time.adding(seconds: other)))
      #expect(
        years.contains(time + Milliseconds(other)) && years.contains(time - Milliseconds(other)))
      #expect(time - Timestamp(milliseconds: other) <= years.upperBound - years.lowerBound)
    }
    #expect(Timestamp(Date(timeIntervalSince1970: Double(count))).description.hasSuffix("Z"))
  }

  @Test(arguments: extremes) func aTokenOfAnyLifetimeIsDueByItsEnd(count: Int64) throws {
    let name = try #require(ConnectionName("crm"))
    let rule = RenewalRule(marginSeconds: max(count, 0), marginPercent: 60)
    let ends = Timestamp(milliseconds: count)
    #expect(rule.dueAt(issued: Timestamp(milliseconds: 0), ends: ends, connection: name) <= ends)
    #expect(
      rule.dueAt(issued: ends, ends: Timestamp(milliseconds: 0), connection: name).milliseconds <= 0
    )
  }
}
