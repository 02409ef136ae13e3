import Foundation
import HTTP
import Serving
import TestServer
import TestSupport
import Testing

@Suite struct LoopbackListenerTests {
  private let page = "<!doctype html><p>done"

  private func get(
    _ url: String, method: HTTPRequest.Method = .get
  ) async throws -> HTTPResponse {
    try await LiveHTTPTransport().send(HTTPRequest(method, url))
  }

  @Test func theRedirectsQueryIsFoundAndThePageShown() async throws {
    let listener = try await LoopbackListener(path: "/callback", page: page)
    async let query = listener.query()
    let response = try await get(listener.url + "?code=a%20b&state=x")
    #expect(response.status == 200)
    #expect(String(decoding: response.body, as: UTF8.self) == page)
    #expect(response.headers["cache-control"] == "no-store")
    #expect(response.headers["referrer-policy"] == "no-referrer")
    #expect(await query == "code=a%20b&state=x")
    await listener.end()
  }

  @Test(
    arguments: [("/callback/", .get), ("/", .get), ("/callback", .post), ("/favicon.ico", .get)]
      as [(String, HTTPRequest.Method)])
  func anythingElseIsNotFound(path: String, method: HTTPRequest.Method) async throws {
    let listener = try await LoopbackListener(path: "/callback", page: page)
    let base = listener.url.replacing("/callback", with: "")
    #expect(try await get(base + path, method: method).status == 404)
    // The next one is still taken.
    async let query = listener.query()
    _ = try await get(listener.url + "?code=1")
    #expect(await query == "code=1")
    await listener.end()
  }

  @Test(arguments: [
    "hello\r\n\r\n", "GET /callback\r\n\r\n", "GET /callback?code=x SMTP/1.0\r\n\r\n", "\r\n\r\n",
    String(repeating: "x", count: 100_000),
  ])
  func whatIsNotARequestIsNotTaken(text: String) async throws {
    let listener = try await LoopbackListener(path: "/callback", page: page)
    let port = try #require(URL(string: listener.url)?.port)
    let answer = try await apart { try TCPClient.exchange(text, port: port) }
    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "))
    async let query = listener.query()
    _ = try await get(listener.url + "?code=1")
    #expect(await query == "code=1")
    await listener.end()
  }

  @Test func aSilentConnectionDoesNotHoldUpTheBrowsers() async throws {
    let listener = try await LoopbackListener(path: "/callback", page: page)
    let port = try #require(URL(string: listener.url)?.port)
    let silent = try (0..<20).map { _ in try TCPClient(port: port) }
    async let query = listener.query()
    _ = try await get(listener.url + "?code=1")
    #expect(await query == "code=1")
    await listener.end()
    for client in silent { client.close() }
  }

  @Test func aCancelledQueryIsNone() async throws {
    let listener = try await LoopbackListener(path: "/callback", page: page)
    let query = Task { await listener.query() }
    query.cancel()
    #expect(await query.value == nil)
    await listener.end()
  }

  @Test func thePortIsFreeOnceItHasEnded() async throws {
    let first = try await LoopbackListener(path: "/callback", page: page)
    let port = try #require(URL(string: first.url)?.port)
    await #expect(throws: LoopbackListener.NotStarted.self) {
      _ = try await LoopbackListener(path: "/callback", port: port, page: page)
    }
    await first.end()
    let second = try await LoopbackListener(path: "/callback", port: port, page: page)
    #expect(second.url == first.url)
    await second.end()
  }
}
