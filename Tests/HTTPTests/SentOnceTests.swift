import HTTP
import Synchronization
import TestServer
import TestSupport
import Testing

/// A kept connection that ends without an answer makes libcurl send a request again by itself.
@Suite struct SentOnceTests {
  enum Ending: CaseIterable { case close, reset }

  @Test(arguments: HTTPRequest.Method.allCases, Ending.allCases)
  func aRequestOnAKeptConnectionIsSentOnce(
    method: HTTPRequest.Method, ending: Ending
  ) async throws {
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      _ = try connection.readRequest()
      switch ending {
      case .close: connection.close()
      case .reset: connection.reset()
      }
    }
    defer { server.end() }
    let http = LiveHTTPTransport()
    let first = try await http.send(HTTPRequest(.get, server.address + "/first"))
    #expect(first.status == 200)
    await #expect(throws: HTTPFailure.noResponse("the connection was closed")) {
      _ = try await http.send(
        HTTPRequest(method, server.address + "/second", body: method == .get ? nil : [1, 2, 3]))
    }
    #expect(server.requests.count == 2)
  }

  @Test(arguments: HTTPRequest.Method.allCases)
  func aRequestOnANewConnectionIsSentOnce(method: HTTPRequest.Method) async throws {
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      connection.reset()
    }
    defer { server.end() }
    await #expect(throws: HTTPFailure.noResponse("the connection was closed")) {
      _ = try await LiveHTTPTransport().send(HTTPRequest(method, server.address))
    }
    #expect(server.requests.count == 1)
  }

  @Test func aConnectionThatWasClosedMeanwhileIsReplaced() async throws {
    let closed = Mutex(0)
    let server = try ScriptedServer { connection in
      guard try connection.readRequest() != nil else { return }
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      connection.close()
      closed.withLock { $0 += 1 }
    }
    defer { server.end() }
    let http = LiveHTTPTransport()
    for number in 1...5 {
      let response = try await http.send(HTTPRequest(.post, server.address, body: [1]))
      #expect(response.status == 200)
      // libcurl sees the end of the stream before it uses the connection again.
      try await eventually("it is closed") { closed.withLock { $0 == number } }
    }
    #expect(server.requests.count == 5)
  }

  @Test(arguments: [301, 302, 303, 307, 308])
  func aRedirectIsNotFollowed(status: Int) async throws {
    let other = try ScriptedServer { _ in }
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write(
        "HTTP/1.1 \(status) Moved\r\nLocation: \(other.address)\r\nContent-Length: 0\r\n\r\n")
    }
    defer {
      server.end()
      other.end()
    }
    let response = try await LiveHTTPTransport().send(
      HTTPRequest(.post, server.address, headers: [("authorization", "Bearer x")], body: [1]))
    #expect(response.status == status)
    #expect(response.headers["location"] == other.address)
    #expect(other.connectionCount == 0)
  }
}
