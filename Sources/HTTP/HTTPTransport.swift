/// One request. Its body may hold secrets, so it is never described.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  package let method: Method
  /// Absolute, including the query.
  package let url: String
  package let headers: [(name: String, value: String)]
  package let body: [UInt8]?

  package init(
    _ method: Method, _ url: String, headers: [(name: String, value: String)] = [],
    body: [UInt8]? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}

/// One complete response.
package struct HTTPResponse: Sendable {
  package let status: Int
  /// Keyed by lower-case name; for a repeated name, the last value.
  package let headers: [String: String]
  package let body: [UInt8]

  package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package var isSuccess: Bool { (200..<300).contains(status) }
}

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
