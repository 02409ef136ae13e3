import HTTP
import Serving
import Synchronization
import TestServer
import TestSupport
import Testing

@Suite struct LoopbackServerTests {
  /// Scrapers that hang would take all connections in time.
  @Test func aPeerThatDoesNotReadHoldsNoConnection() async throws {
    let isAsked = Mutex(false)
    let server = try await Serving.LoopbackServer(
      port: 0, maxConnections: 1, sendLimit: .milliseconds(100)
    ) { request, _ in
      let isLarge = request.head.path == "/large"
      if isLarge { isAsked.withLock { $0 = true } }
      // More than the buffers of a connection hold.
      let body = [UInt8](repeating: 0, count: isLarge ? 16 << 20 : 1)
      return Serving.ServerResponse(.ok, type: "text/plain", body: .bytes(body))
    }
    let silent = try TCPClient(port: Int(server.port))
    defer { silent.close() }
    silent.send("GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    try await eventually("the only connection is in use") { isAsked.withLock { $0 } }
    try await eventually("it is free") {
      let request = HTTPRequest(.get, "http://127.0.0.1:\(server.port)/small")
      // A connection that is refused may break before its response is read.
      return (try? await LiveHTTPTransport().send(request).status) == 200
    }
    await server.end()
  }
}
