import Foundation

/// What a server does after a request.
package enum ServerResponse: Sendable {
  /// It sends an answer, with `Content-Length` and `Date` added.
  case whole(status: Int, headers: [String: String] = [:], body: [UInt8] = [])
  /// It closes the connection after the head of an answer of status 200, before the body.
  case cutAfterHead
  /// It closes the connection without an answer.
  case cutBeforeHead

  /// The head and the body together, to be sent by one call.
  func encoded(for request: ServerRequest) -> [UInt8] {
    switch self {
    case .whole(let status, let headers, let body):
      // Responses of these have no body, whatever their headers say (RFC 9112 section 6.3).
      let isBodiless = status == 204 || status == 304
      var added = isBodiless ? [:] : ["content-length": "\(body.count)"]
      if !request.keepsConnection { added["connection"] = "close" }
      let head = Self.head(status, headers, added)
      return isBodiless || request.method == "HEAD" ? head : head + body
    case .cutAfterHead: return Self.head(200, [:], ["transfer-encoding": "chunked"])
    case .cutBeforeHead: return []
    }
  }

  func keepsConnection(after request: ServerRequest) -> Bool {
    switch self {
    case .whole: request.keepsConnection
    case .cutAfterHead, .cutBeforeHead: false
    }
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
  private static let dates = {
    let form = DateFormatter()
    form.locale = Locale(identifier: "en_US_POSIX")
    form.timeZone = .gmt
    form.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return form
  }()

  private static func head(
    _ status: Int, _ headers: [String: String], _ added: [String: String]
  ) -> [UInt8] {
    var fields = Dictionary(headers.map { ($0.lowercased(), $1) }) { first, _ in first }
    fields.merge(added) { $1 }
    // From the real clock, because clients compute from it when a token expires.
    fields["date"] = Self.dates.string(from: Date())
    // The reason phrase is free text, which clients ignore (RFC 9112 section 4).
    let lines = ["HTTP/1.1 \(status) \(status < 400 ? "OK" : "Error")"]
    let rest = fields.sorted { $0.key < $1.key }.map { "\($0): \($1)" }
    return Array(((lines + rest).joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }
}
