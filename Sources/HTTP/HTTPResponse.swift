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
