import HTTP
import TestServer
import Testing

@Suite struct ResponseTests {
  /// The response to a request whose server writes `pieces`, one write each, and closes.
  private func response(
    _ pieces: [String], limits: HTTPLimits = HTTPLimits()
  ) async throws -> HTTPResponse {
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      for piece in pieces { try connection.write(piece) }
    }
    defer { server.end() }
    return try await LiveHTTPTransport(limits: limits).send(HTTPRequest(.get, server.address))
  }

  @Test func headersAreKeyedByLowerCaseNameAndTheLastCounts() async throws {
    let response = try await response([
      "HTTP/1.1 201 Created\r\nX-A: 1\r\nx-a:  2 \r\nX-Empty:\r\nX-Folded: a\r\n b\r\n",
      "Content-Length: 2\r\n\r\no", "k",
    ])
    #expect(response.status == 201)
    #expect(
      response.headers == ["x-a": "2", "x-empty": "", "x-folded": "a b", "content-length": "2"])
    #expect(response.body == Array("ok".utf8))
  }

  @Test func informationalResponsesAndTrailersAreNotTheResponse() async throws {
    let response = try await response([
      "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nX-A: early\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n",
      "2\r\nok\r\n0\r\nX-A: late\r\nX-B: late\r\n\r\n",
    ])
    #expect(response.headers == ["transfer-encoding": "chunked", "x-a": "1"])
    #expect(response.body == Array("ok".utf8))
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf",
    "HTTP/1.1 200 OK\r\nContent-Le", "",
  ])
  func aResponseThatBreaksOffIsNone(text: String) async {
    await #expect(throws: HTTPFailure.noResponse("the connection was closed")) {
      _ = try await response([text])
    }
  }

  @Test(arguments: [
    "SSH-2.0-OpenSSH_9.2\r\n", "ok\n", "\0\0\0\0\0\0\0\0",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nok",
  ])
  func whatIsNotHTTPIsNoResponse(text: String) async {
    await #expect {
      _ = try await response([text])
    } throws: { error in
      if case .noResponse? = error as? HTTPFailure { true } else { false }
    }
  }

  @Test(arguments: ["100", "101", "5000", "9999999999999999999"])
  func aBodyOverTheLimitIsRefusedByItsLength(length: String) async throws {
    let limits = HTTPLimits(body: 99)
    await #expect(throws: HTTPFailure.tooLarge) {
      _ = try await response(
        [
          "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n",
          String(repeating: "x", count: 100),
        ],
        limits: limits)
    }
  }

  @Test func aBodyAtTheLimitIsTaken() async throws {
    let body = String(repeating: "x", count: 99)
    let response = try await response(
      ["HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", body], limits: HTTPLimits(body: 99))
    #expect(response.body.count == 99)
  }

  @Test(arguments: ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\n"])
  func aResponseWithoutEndIsCutAtTheLimit(head: String) async throws {
    let piece =
      head.hasSuffix("\r\n\r\n")
      ? "400\r\n\(String(repeating: "x", count: 1024))\r\n"
      : "X-More: \(String(repeating: "x", count: 1024))\r\n"
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write(head)
      // Until the client closes the connection.
      while true { try connection.write(piece) }
    }
    defer { server.end() }
    await #expect(throws: HTTPFailure.tooLarge) {
      _ = try await LiveHTTPTransport(limits: HTTPLimits(body: 1 << 20)).send(
        HTTPRequest(.get, server.address))
    }
  }
}
