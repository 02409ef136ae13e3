/// One request. Its body may hold secrets: it is never described.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET", post = "POST", patch = "PATCH", delete = "DELETE"
  }

  package let method: Method
  /// Absolute, its query included.
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

/// One whole answer.
package struct HTTPResponse: Sendable {
  package let status: Int
  /// By names in lower case; of a name that comes again, the last.
  package let headers: [String: String]
  package let body: [UInt8]

  package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package var isSuccess: Bool { (200..<300).contains(status) }
}

/// Why there is no answer.
package enum HTTPFailure: Error, Hashable, Sendable {
  /// The server cannot have seen the request.
  case notConnected(String)
  /// The server may have carried out the request.
  case noAnswer(String)
  /// The server's certificate is nobody's whom we trust.
  case untrusted(String)
  /// More bytes than `HTTPLimits` allow.
  case tooLarge

  package var reason: String {
    switch self {
    case .notConnected(let reason), .noAnswer(let reason), .untrusted(let reason): reason
    case .tooLarge: "the answer is larger than any that is expected"
    }
  }
}

/// How large and how late an answer may be.
package struct HTTPLimits: Hashable, Sendable {
  /// Bytes of an answer.
  package let body: Int
  /// Seconds until a connection stands, and until an answer is there.
  package let connectSeconds: Int64
  package let answerSeconds: Int64

  package init(body: Int = 8 << 20, connectSeconds: Int64 = 10, answerSeconds: Int64 = 60) {
    self.body = body
    self.connectSeconds = connectSeconds
    self.answerSeconds = answerSeconds
  }
}

/// The one seam to the network.
package protocol HTTPTransport: Sendable {
  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse
}
