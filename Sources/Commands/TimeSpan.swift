import ArgumentParser

/// A time that a user gives: `90s`, `30m`, `2h`, `1d`, or seconds without a unit.
struct TimeSpan: Hashable, ExpressibleByArgument {
  /// Seconds; more than 0.
  let count: Int64

  init?(argument: String) {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let unit = argument.last.flatMap { units[$0] }
    let digits = unit == nil ? argument[...] : argument.dropLast()
    guard !digits.isEmpty, digits.allSatisfy(\.isASCII), let number = Int64(digits), number > 0
    else { return nil }
    let (seconds, overflows) = number.multipliedReportingOverflow(by: unit ?? 1)
    if overflows { return nil }
    count = seconds
  }
}
