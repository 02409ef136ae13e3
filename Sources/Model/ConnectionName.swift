/// A connection's name: 1 to 150 Unicode scalars, no control characters, no white space at either
/// end, and neither `.` nor `..`, which no path of a store can end with. The limit is that of Auth0's
/// API. Names are unique within a store.
package struct ConnectionName: Hashable, Comparable, Sendable, Codable,
  CustomStringConvertible
{
  package static let maxLength = 150

  package let rawValue: String

  /// `nil` if the text breaks one of the rules above: only this decides what a name is.
  package init?(_ text: String) {
    if text == "." || text == ".." { return nil }
    if Self.isPlain(text.utf8.span) {
      rawValue = text
      return
    }
    let scalars = text.unicodeScalars
    guard let first = scalars.first, let last = scalars.last,
      scalars.count <= Self.maxLength,
      !first.properties.isWhitespace, !last.properties.isWhitespace,
      !scalars.contains(where: { $0.properties.generalCategory == .control })
    else { return nil }
    rawValue = text
  }

  /// Whether the text is ASCII without control characters, as nearly all names are. A fast path:
  /// what fails it may still be a name.
  private static func isPlain(_ bytes: Span<UInt8>) -> Bool {
    guard (1...maxLength).contains(bytes.count), bytes[0] != 0x20, bytes[bytes.count - 1] != 0x20
    else { return false }
    for index in bytes.indices where !(0x20..<0x7F).contains(bytes[index]) { return false }
    return true
  }

  package var description: String { rawValue }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let name = Self(text) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath, debugDescription: "invalid connection name"))
    }
    self = name
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  /// By bytes, so the order is the same in every locale.
  package static func < (left: Self, right: Self) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }
}
