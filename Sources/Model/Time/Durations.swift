/// A duration in whole milliseconds, at most 20,000 years either way; its arithmetic ends at that
/// limit and never overflows, whatever a file or a server says.
package struct Milliseconds: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral {
  private static let limit: Int64 = 631_139_040_000_000

  package let count: Int64

  package init(_ count: Int64) { self.count = min(max(count, -Self.limit), Self.limit) }

  package init(integerLiteral count: Int64) { self.init(count) }

  package static func < (left: Self, right: Self) -> Bool { left.count < right.count }

  package static func + (left: Self, right: Self) -> Self { Self(left.count + right.count) }

  package static func - (left: Self, right: Self) -> Self { Self(left.count - right.count) }

  package static func * (left: Self, factor: Int64) -> Self {
    let (product, overflows) = left.count.multipliedReportingOverflow(by: factor)
    if !overflows { return Self(product) }
    return Self((left.count < 0) == (factor < 0) ? .max : .min)
  }

  /// - Precondition: `divisor` is not 0.
  package static func / (left: Self, divisor: Int64) -> Self { Self(left.count / divisor) }
}

/// A duration in whole seconds, within the limits of `Milliseconds`.
package struct Seconds: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral {
  package let count: Int64

  package init(_ count: Int64) {
    let (milliseconds, overflows) = count.multipliedReportingOverflow(by: 1000)
    self.count = Milliseconds(overflows ? (count < 0 ? .min : .max) : milliseconds).count / 1000
  }

  package init(integerLiteral count: Int64) { self.init(count) }

  /// Whole seconds toward zero; `nil` for NaN. Infinity is the limit.
  package init?(_ count: Double) {
    if count.isNaN { return nil }
    self.init(Int64(exactly: count.rounded(.towardZero)) ?? (count < 0 ? .min : .max))
  }

  package static func < (left: Self, right: Self) -> Bool { left.count < right.count }

  package var milliseconds: Milliseconds { Milliseconds(count * 1000) }

  package func clamped(to range: ClosedRange<Seconds>) -> Seconds {
    min(max(self, range.lowerBound), range.upperBound)
  }
}

extension Seconds: Decodable {
  /// From a server: any number, clamped.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let count = try? container.decode(Int64.self) {
      self.init(count)
    } else if let count = Seconds(try container.decode(Double.self)) {
      self = count
    } else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a number")
    }
  }
}
