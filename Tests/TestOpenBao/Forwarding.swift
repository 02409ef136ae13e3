import HTTP

/// Hands a request on to another server.
struct Forwarding: Sendable {
  private let http: LiveHTTPTransport

  /// - Parameter authority: the file (PEM) of the authority that the server's certificate comes from.
  init(authority: String? = nil) {
    http = LiveHTTPTransport(authorities: TrustedAuthorities(replacement: authority))
  }

  func send(
    _ method: String, _ url: String, headers: [(name: String, value: String)], body: [UInt8]?
  ) async throws -> (status: Int, headers: [String: String], body: [UInt8]) {
    let answer = try await http.send(
      HTTPRequest(
        HTTPRequest.Method(rawValue: method) ?? .get, url, headers: headers, body: body))
    return (answer.status, answer.headers, answer.body)
  }
}
