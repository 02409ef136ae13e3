/// The range of a setting or an option, named in the error for a number outside it.
package struct NumberLimit: Hashable, Sendable {
  package let range: ClosedRange<Int64>
  /// With a space first, if there is one: ` seconds (1 year)`.
  private let unit: String

  private init(_ range: ClosedRange<Int64>, _ unit: String = "") {
    self.range = range
    self.unit = unit
  }

  /// `between 0 and 31536000 seconds (1 year)`.
  package var summary: String { "between \(range.lowerBound) and \(range.upperBound)\(unit)" }

  package func contains(_ number: some BinaryInteger) -> Bool {
    Int64(exactly: number).map(range.contains) ?? false
  }
}

extension NumberLimit {
  /// How long before its end a token is renewed.
  package static let renewalMargin = NumberLimit(0...31_536_000, " seconds (1 year)")
  /// With its jitter the margin stays below the lifetime.
  package static let renewalMarginPercent = NumberLimit(1...60)
  /// Lifetimes of access and refresh tokens.
  package static let tokenLifetime = NumberLimit(0...315_360_000, " seconds (10 years)")
  /// In which a used refresh token is accepted again.
  package static let refreshGrace = NumberLimit(0...86_400, " seconds (1 day)")
  /// The minimum and maximum lengths of a catalog's fields.
  package static let fieldLength = NumberLimit(0...1_048_576)
  package static let lockTimeout = NumberLimit(0...86_400, " seconds (1 day)")
  package static let consentTimeout = NumberLimit(1...86_400, " seconds (1 day)")
  package static let parallelism = NumberLimit(1...64)
  /// Without a request, of a served page.
  package static let idleMinutes = NumberLimit(1...1440, " minutes (1 day)")
  /// Between two looks.
  package static let interval = NumberLimit(1...86_400, " seconds (1 day)")
  /// Of the last pass of a service that renews tokens.
  package static let passAge = NumberLimit(1...86_400, " seconds (1 day)")
  /// 0: a free one.
  package static let port = NumberLimit(0...65_535)
}
