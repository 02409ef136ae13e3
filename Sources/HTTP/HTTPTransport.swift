/// Why a request has no response.
package enum HTTPFailure: Error, Hashable, Sendable {
  /// The server cannot have seen the request.
  case notConnected(String)
  /// The server may have carried out the request.
  case noResponse(String)
  /// No authority that we trust signed the server's certificate.
  case untrusted(String)
  /// The response has more bytes than `HTTPLimits` allows.
  case tooLarge

  package var reason: String {
    switch self {
    case .notConnected(let reason), .noResponse(let reason), .untrusted(let reason): reason
    case .tooLarge: "the response is larger than the limit"
    }
  }
}

/// The largest and the slowest response that is accepted.
package struct HTTPLimits: Hashable, Sendable {
  /// Bytes of a response.
  package let body: Int
  /// Seconds to establish a connection, and to receive the whole response.
  package let connectSeconds: Int64
  package let responseSeconds: Int64

  package init(body: Int = 8 << 20, connectSeconds: Int64 = 10, responseSeconds: Int64 = 60) {
    self.body = body
    self.connectSeconds = connectSeconds
    self.responseSeconds = responseSeconds
  }
}

/// The one seam to the network.
package protocol HTTPTransport: Sendable {
  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse
}
