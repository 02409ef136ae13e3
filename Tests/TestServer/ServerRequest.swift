import Foundation

/// One HTTP/1.1 request as a server received it.
package struct ServerRequest: Sendable {
  /// The request line and the header lines, separated by `\n`.
  package let head: String
  package let method: String
  /// As in the request line: usually a path with a query, both percent-encoded.
  package let target: String
  /// By lower-case name; the values of a repeated one are joined with `, `.
  package let headers: [String: String]
  package internal(set) var body: [UInt8] = []
  private let version: String

  init?(head lines: [String]) {
    let parts = (lines.first ?? "").split(separator: " ").map(String.init)
    guard parts.count == 3, parts[2].hasPrefix("HTTP/1.") else { return nil }
    head = lines.joined(separator: "\n")
    method = parts[0]
    target = parts[1]
    version = parts[2]
    let fields = lines.dropFirst().map { line in
      let field = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (
        field[0].lowercased(), field.dropFirst().joined().trimmingCharacters(in: .whitespaces)
      )
    }
    headers = Dictionary(fields) { "\($0), \($1)" }
  }

  /// Percent-encoded.
  package var path: String { String(target.prefix { $0 != "?" }) }

  package var query: [String: String] { Self.fields(target.dropFirst(path.count + 1)) }

  package var text: String { String(decoding: body, as: UTF8.self) }

  /// The fields of a body of type `application/x-www-form-urlencoded`.
  package var form: [String: String] { Self.fields(text[...]) }

  /// Whether the connection stays open for another request (RFC 9112 section 9.3).
  var keepsConnection: Bool {
    let options = headers["connection"]?.lowercased() ?? ""
    return version == "HTTP/1.0" ? options.contains("keep-alive") : !options.contains("close")
  }

  /// The first value of each name, decoded.
  private static func fields(_ text: Substring) -> [String: String] {
    let pairs = text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (
        String(parts[0]), (parts.count > 1 ? String(parts[1]).removingPercentEncoding : nil) ?? ""
      )
    }
    return Dictionary(pairs) { first, _ in first }
  }
}
