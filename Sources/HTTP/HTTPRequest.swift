/// One request. Its body may hold secrets, so it is never described.
package struct HTTPRequest: Sendable {
  package enum Method: String, CaseIterable, Sendable {
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
  /// A file (PEM) of certificate authorities that are trusted for this request, besides the client's.
  package let authorities: String?

  package init(
    _ method: Method, _ url: String, headers: [(name: String, value: String)] = [],
    body: [UInt8]? = nil, authorities: String? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.authorities = authorities
  }
}
