import HTTP
import TestServer
import TestSupport
import Testing

@Suite struct TimeoutTests {
  /// Reads requests and never answers; the script ends with the connection.
  private func silent() throws -> ScriptedServer {
    try ScriptedServer { connection in while try connection.readRequest() != nil {} }
  }

  private let limits = HTTPLimits(connectSeconds: 1, responseSeconds: 1)

  @Test func aServerThatDoesNotAnswerInTimeMayHaveCarriedItOut() async throws {
    let server = try silent()
    defer { server.end() }
    let limits = HTTPLimits(connectSeconds: 30, responseSeconds: 1)
    await #expect(throws: HTTPFailure.noResponse("no response within 1 s")) {
      _ = try await LiveHTTPTransport(limits: limits).send(HTTPRequest(.post, server.address))
    }
    #expect(server.requests.count == 1)
  }

  @Test func theResponseAsAWholeHasTheLimit() async throws {
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
      while true { try connection.write("x") }
    }
    defer { server.end() }
    await #expect(throws: HTTPFailure.noResponse("no response within 1 s")) {
      _ = try await LiveHTTPTransport(limits: HTTPLimits(responseSeconds: 1)).send(
        HTTPRequest(.get, server.address))
    }
  }

  @Test func aHandshakeThatDoesNotEndIsNoConnection() async throws {
    let server = try ScriptedServer { try $0.drain() }
    defer { server.end() }
    await #expect(throws: HTTPFailure.notConnected("no connection within 1 s")) {
      _ = try await LiveHTTPTransport(
        limits: HTTPLimits(connectSeconds: 1, responseSeconds: 30)
      ).send(HTTPRequest(.get, "https://127.0.0.1:\(server.port)"))
    }
  }

  @Test func aRefusedConnectionIsNoConnection() async throws {
    let server = try silent()
    server.end()
    await #expect(throws: HTTPFailure.notConnected("the connection was refused")) {
      _ = try await LiveHTTPTransport().send(HTTPRequest(.post, server.address))
    }
  }

  @Test func aNameThatNobodyKnowsIsNoConnection() async {
    await #expect(throws: HTTPFailure.notConnected("the host name cannot be resolved")) {
      _ = try await LiveHTTPTransport().send(HTTPRequest(.get, "http://nobody.invalid/"))
    }
  }

  @Test func aCancelledRequestEndsAndTheOthersGoOn() async throws {
    let server = try ScriptedServer { connection in
      while let request = try connection.readRequest() {
        if request.target == "/slow" { continue }
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      }
    }
    defer { server.end() }
    let http = LiveHTTPTransport()
    let slow = Task { try await http.send(HTTPRequest(.post, server.address + "/slow")) }
    try await eventually("the slow request") { server.requests.count == 1 }
    slow.cancel()
    await #expect(throws: HTTPFailure.noResponse("it was cancelled")) { _ = try await slow.value }
    let response = try await http.send(HTTPRequest(.get, server.address + "/quick"))
    #expect(response.status == 200)
  }

  @Test func aRequestThatIsCancelledBeforeItBeginsIsNotSent() async throws {
    let server = try silent()
    defer { server.end() }
    let http = LiveHTTPTransport(limits: limits)
    for _ in 1...50 {
      let task = Task {
        unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
        return try await http.send(HTTPRequest(.post, server.address))
      }
      await #expect(throws: HTTPFailure.notConnected("it was cancelled")) {
        _ = try await task.value
      }
    }
    #expect(server.requests.isEmpty)
  }
}
