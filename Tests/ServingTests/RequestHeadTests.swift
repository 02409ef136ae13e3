import Serving
import Testing

/// What of HTTP/1.1 is accepted, and what is refused because it could be read in two ways.
@Suite struct RequestHeadTests {
  private func head(_ lines: String...) throws(RequestHead.Fault) -> RequestHead {
    try RequestHead(Array(lines.joined(separator: "\r\n").utf8))
  }

  @Test func aBrowsersRequestIsRead() throws {
    let head = try head(
      "GET /api/v1/page?x=1&y=%20 HTTP/1.1", "Host: 127.0.0.1:8080", "Accept: text/html",
      "Accept: */*", "Cookie:\t a=b; c=d \t", "Content-Length: 12")
    #expect(head.method == "GET" && head.path == "/api/v1/page" && head.query == "x=1&y=%20")
    #expect(head.fields["host"] == "127.0.0.1:8080" && head.fields["cookie"] == "a=b; c=d")
    #expect(head.bodyLength == 12)
    #expect(try self.head("GET / HTTP/1.0", "host: a").query == nil)
  }

  static let refused: [(String, RequestHead.Fault)] = [
    ("", .malformed), ("GET /", .malformed), ("GET  / HTTP/1.1\r\nHost: a", .malformed),
    ("get / HTTP/1.1\r\nHost: a", .malformed), ("GET / HTTP/1.1", .malformed),
    ("GET / HTTP/2.0\r\nHost: a", .unknownVersion), ("GET / ICY\r\nHost: a", .malformed),
    ("GET http://a/ HTTP/1.1\r\nHost: a", .malformed),
    ("GET //evil/ HTTP/1.1\r\nHost: a", .malformed),
    ("CONNECT a:1 HTTP/1.1\r\nHost: a", .malformed),
    ("OPTIONS * HTTP/1.1\r\nHost: a", .malformed),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: b", .malformed),
    ("GET / HTTP/1.1\r\nHost: a\r\nhOST: a", .malformed),
    ("GET / HTTP/1.1\r\nHost : a", .malformed), ("GET / HTTP/1.1\r\nHost", .malformed),
    ("GET / HTTP/1.1\r\n: a", .malformed), ("GET / HTTP/1.1\r\nHost: a\r\n b", .malformed),
    ("GET / HTTP/1.1\nHost: a", .malformed), ("GET / HTTP/1.1\r\nHost: a\nX: b", .malformed),
    ("GET / HTTP/1.1\r\nHost: a\rX: b", .malformed),
    ("GET / HTTP/1.1\r\nHost: a\u{0}", .malformed), ("GET /\u{E9} HTTP/1.1\r\nHost: a", .malformed),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked", .encodedBody),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\nContent-Length: 4", .encodedBody),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2", .malformed),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1", .malformed),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ", .malformed),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x10", .malformed),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999", .bodyTooLarge),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2097153", .bodyTooLarge),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 16_384), .tooLarge),
    (
      "GET / HTTP/1.1\r\nHost: a" + (0..<64).map { "\r\nX\($0): y" }.joined(), .tooLarge
    ),
  ]

  @Test(arguments: refused) func whatHasTwoMeaningsIsRefused(
    text: String, fault: RequestHead.Fault
  ) {
    #expect(throws: fault) { try RequestHead(Array(text.utf8)) }
  }
}
