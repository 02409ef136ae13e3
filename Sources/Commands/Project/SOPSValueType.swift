import Encodings
package import Manifests

/// The type that SOPS notes beside an encrypted value. No code authenticates it, so each takes only what can be
/// a value of it, and none but `bool` changes its text. `bytes` and `comment` are no values of a file.
package enum SOPSValueType: String, Sendable {
  case str, int, float, bool, time

  /// - Returns: `nil` if the text is no value of this type.
  package func data(_ text: String) -> ImportedData? {
    switch self {
    case .str: .text(text)
    case .int: Int(text) == nil ? nil : .literal(text)
    case .float: Double(text) == nil ? nil : .literal(text)
    case .bool:
      switch text {
      case "True": .literal("true")
      case "False": .literal("false")
      default: nil
      }
    case .time: Self.isTime(text) ? .text(text) : nil
    }
  }

  /// As RFC 3339 has it: `2026-03-01T12:00:00Z`.
  private static func isTime(_ text: String) -> Bool {
    let parts = text.split(separator: "T", omittingEmptySubsequences: false).map(\.utf8)
    return parts.count == 2 && parts[0].count == 10 && parts[1].count > 8
      && parts[0].allSatisfy { $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
      && parts[1].allSatisfy { $0.isASCIIDigit || "-+:.Z".utf8.contains($0) }
  }
}
