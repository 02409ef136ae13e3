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
