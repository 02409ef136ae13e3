import FoundationEssentials

/// The server's times, which have up to nine digits after the second.
enum RFC3339 {
  static func date(_ text: String) -> Date? {
    guard let point = text.firstIndex(of: ".") else { return parse(text) }
    let rest = text[point...].dropFirst()
    let digits = rest.prefix { $0.isNumber }
    return parse(text[..<point] + rest.dropFirst(digits.count)).map {
      $0.addingTimeInterval((Double("0.\(digits)") ?? 0))
    }
  }

  private static func parse(_ text: some StringProtocol) -> Date? {
    try? Date(String(text), strategy: .iso8601)
  }
}
