/// Why a request has no response.
package enum HTTPFailure: Error, Hashable, Sendable {
  /// The server cannot have seen the request.
  case notConnected(String)
  /// The server may have carried out the request.
  case noResponse(String)
  /// The server's identity could not be verified; no byte of the request was sent.
  case untrusted(TLSFault)
  /// The request cannot be sent from here, however often it is tried: it is malformed, or this
  /// machine lacks something.
  case cannotSend(String)
  /// The response has more bytes than `HTTPLimits` allows.
  case tooLarge

  package var reason: String {
    switch self {
    case .notConnected(let reason), .noResponse(let reason), .cannotSend(let reason): reason
    case .untrusted(let fault): fault.summary
    case .tooLarge: "the response is larger than the limit"
    }
  }
}

/// The largest and the slowest response that is accepted, and the oldest connection that is used again.
package struct HTTPLimits: Hashable, Sendable {
  /// Bytes of a response.
  package let body: Int
  /// Seconds to establish a connection, and to receive the whole response.
  package let connectSeconds: Int64
  package let responseSeconds: Int64
  /// Seconds after which a connection is replaced, however busy it is: a name may have another address by
  /// then, and a load balancer other servers.
  package let connectionSeconds: Int64

  package init(
    body: Int = 8 << 20, connectSeconds: Int64 = 10, responseSeconds: Int64 = 60,
    connectionSeconds: Int64 = 300
  ) {
    self.body = body
    self.connectSeconds = connectSeconds
    self.responseSeconds = responseSeconds
    self.connectionSeconds = connectionSeconds
  }
}

/// The one seam to the network.
package protocol HTTPTransport: Sendable {
  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse
}
