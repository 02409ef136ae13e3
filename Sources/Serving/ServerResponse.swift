/// What a request gets.
package struct ServerResponse: Sendable {
  package enum Status: String, Hashable, Sendable {
    case ok = "200 OK"
    case created = "201 Created"
    case seeOther = "303 See Other"
    case badRequest = "400 Bad Request"
    case unauthorized = "401 Unauthorized"
    case forbidden = "403 Forbidden"
    case notFound = "404 Not Found"
    case methodNotAllowed = "405 Method Not Allowed"
    case timeout = "408 Request Timeout"
    case conflict = "409 Conflict"
    case bodyTooLarge = "413 Content Too Large"
    case misdirected = "421 Misdirected Request"
    case unprocessable = "422 Unprocessable Content"
    case headTooLarge = "431 Request Header Fields Too Large"
    case failed = "500 Internal Server Error"
    case notImplemented = "501 Not Implemented"
    case unavailable = "503 Service Unavailable"
    case unknownVersion = "505 HTTP Version Not Supported"
  }

  package enum Body: Sendable {
    case bytes([UInt8])
    /// Server-sent events, as their stream has them, until it or the connection ends.
    case events(AsyncStream<String>)
  }

  package let status: Status
  /// Media type of the body.
  package let type: String
  package var fields: [String: String]
  package let body: Body

  package init(
    _ status: Status, type: String, fields: [String: String] = [:], body: Body
  ) {
    self.status = status
    self.type = type
    self.fields = fields
    self.body = body
  }

  /// A line for people.
  package init(_ status: Status, _ text: String) {
    self.init(
      status, type: "text/plain; charset=utf-8", body: .bytes(Array((text + "\n").utf8)))
  }

  /// One response ends its connection.
  ///
  /// Nothing is cached, embedded, or read by another origin; a field of the response has precedence.
  var head: String {
    var fields = [
      "Cache-Control": "no-store", "Connection": "close", "Content-Type": type,
      "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
      "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
      "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
    ]
    if case .bytes(let bytes) = body { fields["Content-Length"] = "\(bytes.count)" }
    fields.merge(self.fields) { $1 }
    let lines = fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }
    return "HTTP/1.1 \(status.rawValue)\r\n\(lines.joined())\r\n"
  }
}
