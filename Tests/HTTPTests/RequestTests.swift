import HTTP
import TestServer
import Testing

@Suite struct RequestTests {
  /// Answers each request with 200 and keeps the connection.
  private func echo(on host: LoopbackHost = .ipv4) throws -> ScriptedServer {
    try ScriptedServer(on: host) { connection in
      while try connection.readRequest() != nil {
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      }
    }
  }

  @Test(
    arguments: [
      (.get, [], nil, "GET /x?a=1 HTTP/1.1\nHost: HOST"),
      (.delete, [], nil, "DELETE /x?a=1 HTTP/1.1\nHost: HOST"),
      (.post, [], nil, "POST /x?a=1 HTTP/1.1\nHost: HOST\nContent-Length: 0"),
      (
        .post, [("content-type", "application/json"), ("x-empty", ""), ("accept", "*/*")], "{}",
        "POST /x?a=1 HTTP/1.1\nHost: HOST\ncontent-type: application/json\nx-empty:\n"
          + "accept: */*\nContent-Length: 2"
      ),
      (
        .patch, [], "abc", "PATCH /x?a=1 HTTP/1.1\nHost: HOST\nContent-Length: 3"
      ),
      (
        .delete, [], "abc", "DELETE /x?a=1 HTTP/1.1\nHost: HOST\nContent-Length: 3"
      ),
    ] as [(HTTPRequest.Method, [(String, String)], String?, String)])
  func hasOnlyTheHeadersThatItNames(
    method: HTTPRequest.Method, headers: [(String, String)], body: String?, head: String
  ) async throws {
    let server = try echo()
    defer { server.end() }
    _ = try await LiveHTTPTransport().send(
      HTTPRequest(
        method, server.address + "/x?a=1", headers: headers.map { (name: $0.0, value: $0.1) },
        body: body.map { Array($0.utf8) }))
    #expect(
      server.requests == [head.replacing("HOST", with: "127.0.0.1:\(server.port)")])
  }

  @Test func aLargeBodyIsSentWithoutAskingFirst() async throws {
    let server = try ScriptedServer { connection in
      let request = try connection.readRequest()
      let count = "\(request?.body.count ?? 0)"
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(count.utf8.count)\r\n\r\n\(count)")
    }
    defer { server.end() }
    let body = [UInt8](repeating: 0, count: 3 << 20)
    let response = try await LiveHTTPTransport().send(
      HTTPRequest(.post, server.address, body: body))
    #expect(String(decoding: response.body, as: UTF8.self) == "\(3 << 20)")
    #expect(server.requests.allSatisfy { !$0.lowercased().contains("expect") })
  }

  @Test(arguments: [
    ("x-token", "a\r\nx-admin: true"), ("x-token", "a\nb"), ("x-token", "a\0b"),
    ("x\r\nhost", "a"), ("", "a"), ("x token", "a"), ("x-t:", "a"),
  ])
  func aHeaderCannotBeginAnother(name: String, value: String) async throws {
    let server = try echo()
    defer { server.end() }
    await #expect(
      throws: HTTPFailure.cannotSend(
        "the header `\(name)` has a character that no header may have")
    ) {
      _ = try await LiveHTTPTransport().send(
        HTTPRequest(.get, server.address, headers: [(name, value)]))
    }
    #expect(server.connectionCount == 0)
  }

  @Test(arguments: [
    "file:///etc/passwd", "ftp://127.0.0.1/", "/x", "", "http://127.0.0.1/a b",
    "http://127.0.0.1/\r\nHost: x", "http://127.0.0.1\\@example.com/", "http://höst/",
  ])
  func anotherURLIsRefused(url: String) async {
    await #expect(
      throws: HTTPFailure.cannotSend("the URL is not an http or https URL in ASCII")
    ) {
      _ = try await LiveHTTPTransport().send(HTTPRequest(.get, url))
    }
  }

  @Test func aUserNameInTheURLIsRefused() async throws {
    let server = try echo()
    defer { server.end() }
    await #expect(throws: HTTPFailure.cannotSend("the URL contains a user name")) {
      _ = try await LiveHTTPTransport().send(
        HTTPRequest(.get, "http://example.com@127.0.0.1:\(server.port)/"))
    }
    #expect(server.connectionCount == 0)
  }

  @Test func reachesIPv6Loopback() async throws {
    let server = try echo(on: .ipv6)
    defer { server.end() }
    let response = try await LiveHTTPTransport().send(HTTPRequest(.get, server.address + "/"))
    #expect(response.status == 200)
    #expect(server.requests == ["GET / HTTP/1.1\nHost: [::1]:\(server.port)"])
  }

  @Test func requestsShareConnections() async throws {
    let server = try echo()
    defer { server.end() }
    let http = LiveHTTPTransport()
    for _ in 1...20 { _ = try await http.send(HTTPRequest(.get, server.address)) }
    #expect(server.requests.count == 20)
    #expect(server.connectionCount == 1)
  }
}
