import HTTP
import Stores
import Synchronization
import TestOpenBao
import TestSupport
import Testing

@Suite struct LostResponseTests {
  private static func refusal(_ status: Int, _ text: String) -> HTTPResponse {
    HTTPResponse(status: status, body: Array(#"{"errors":["\#(text)"]}"#.utf8))
  }

  /// The write may have been carried out: by this request, or by the one that a standby passed on to a
  /// leader that died.
  @Test(arguments: [
    (500, "internal error", "it responded with 500"),
    (
      400, "check-and-set parameter did not match the current version",
      "it reported another version, which could not be looked up"
    ),
  ])
  func aWriteThatCannotBeLookedUpHasAnUnknownResult(
    status: Int, text: String, reason: String
  ) async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let http = WatchedTransport { request in
      if request.url.contains("/data/vaultctl-tokens/") { return Self.refusal(status, text) }
      if request.url.contains("/metadata/vaultctl-tokens/") {
        return Self.refusal(400, "not this one")
      }
      return nil
    }
    let journal = try #require(store(of: server.root, environment: "prod", http: http).exchanges)
    await #expect(throws: StoreError.outcomeUnknown(reason)) {
      try await journal.add([0x7B, 0x7D], as: "one")
    }
  }

  /// It was looked up, and nothing is there: then it is written again.
  @Test func aWriteThatWasLostBeforeItWasCarriedOutIsRepeated() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let writes = Mutex(0)
    let http = WatchedTransport { request in
      guard request.method == .post, request.url.contains("/data/vaultctl-tokens/") else {
        return nil
      }
      return writes.withLock {
        $0 += 1
        return $0 == 1 ? Self.refusal(500, "internal error") : nil
      }
    }
    let journal = try #require(store(of: server.root, environment: "prod", http: http).exchanges)
    try await journal.add([0x7B, 0x7D], as: "one")
    #expect(writes.withLock { $0 } == 2)
    #expect(try await journal.entries().map(\.bytes) == [[0x7B, 0x7D]])
  }
}
