import HTTP
package import Model

/// A token endpoint's response as received, so that it can be journaled before it is interpreted.
package struct RawResponse: Sendable {
  package let status: Int
  package let contentType: String?
  /// The server's `Date`.
  package let date: String?
  package let retryAfter: String?
  package let body: [UInt8]
  /// Our clock just before the request was sent.
  package let sentAt: Timestamp
  /// Our clock when the response arrived.
  package let receivedAt: Timestamp

  package init(
    status: Int, contentType: String? = nil, date: String? = nil, retryAfter: String? = nil,
    body: [UInt8], sentAt: Timestamp, receivedAt: Timestamp? = nil
  ) {
    self.status = status
    self.contentType = contentType
    self.date = date
    self.retryAfter = retryAfter
    self.body = body
    self.sentAt = sentAt
    self.receivedAt = receivedAt ?? sentAt
  }

  init(_ response: HTTPResponse, sentAt: Timestamp, receivedAt: Timestamp) {
    self.init(
      status: response.status, contentType: response.headers["content-type"],
      date: response.headers["date"], retryAfter: response.headers["retry-after"],
      body: response.body, sentAt: sentAt, receivedAt: receivedAt)
  }
}

extension RawResponse {
  /// Seconds that the service's clock is ahead of ours, 0 if it is right; `nil` if there is no date.
  var skewSeconds: Int64? {
    HTTPDate.skewSeconds(of: date, sentAt: sentAt, receivedAt: receivedAt)
  }

  /// What arrived, without a byte of the body: `the service responded with 404 and an HTML page`.
  var summary: String {
    (300..<400).contains(status)
      ? "the service redirected the request (\(status))"
      : "the service responded with \(status) and \(bodySummary)"
  }

  private var bodySummary: String {
    let start = body.first { !" \t\r\n".utf8.contains($0) }
    return switch start {
    case nil: "an empty body"
    case UInt8(ascii: "<"): contentType?.contains("xml") ?? false ? "XML" : "an HTML page"
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      ResponseValue.read(body) == nil ? "damaged JSON" : "JSON"
    default: ResponseValue.read(body) == nil ? "plain text" : "a form"
    }
  }
}
