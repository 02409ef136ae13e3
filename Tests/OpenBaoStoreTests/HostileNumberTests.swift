import HTTP
import OpenBaoStore
import Stores
import Synchronization
import TestSupport
import Testing

/// Numbers of a server that overflow nothing.
@Suite struct HostileNumberTests {
  /// Logs everybody in, and has nothing.
  private final class EmptyServer: HTTPTransport {
    let logins = Mutex(0)
    private let lease: String

    init(lease: String) { self.lease = lease }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
      guard request.url.hasSuffix("/login") else {
        return HTTPResponse(status: 404, headers: [:], body: Array(#"{"errors":[]}"#.utf8))
      }
      logins.withLock { $0 += 1 }
      let auth = #"{"client_token":"t","lease_duration":\#(lease),"renewable":true}"#
      return HTTPResponse(status: 200, headers: [:], body: Array(#"{"auth":\#(auth)}"#.utf8))
    }
  }

  @Test(arguments: [
    "9223372036854775807", "-9223372036854775808", "99999999999999999999", "1e308", "-1", "3.6e3",
  ])
  func aLeaseIsClamped(lease: String) async throws {
    let server = EmptyServer(lease: lease)
    let store = OpenBaoBackend(
      address: "http://server", namespace: nil, mount: "secret", prefix: "vaultctl",
      environment: nil, destroys: false,
      credentials: { () throws(StoreError) in
        .appRole(mount: "approle", roleID: "role", secretID: "secret")
      }, http: server,
      runtime: TestRuntime().runtime, protection: TestProtection()
    ).store
    _ = try await store.reader.read()
    _ = try await store.reader.read()
    #expect(server.logins.withLock { $0 } == 1)
  }

  /// Has one journal, with these numbers, and nothing else.
  private struct JournalServer: HTTPTransport {
    let parts: String
    let planned: String

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
      guard request.url.contains("/data/vaultctl-state/run/0") else {
        return HTTPResponse(status: 404, headers: [:], body: Array(#"{"errors":[]}"#.utf8))
      }
      let run =
        #"{\"provenance\":{\"who\":\"a\",\"at\":1,\"toolVersion\":\"1\"},\"parts\":\#(parts),\"#
        + #""planned\":\#(planned),\"intents\":[{\"connection\":\"a\",\"kind\":\"create\"}]}"#
      let body = #"{"data":{"data":{"run":"\#(run)"},"metadata":{"version":1}}}"#
      return HTTPResponse(status: 200, headers: [:], body: Array(body.utf8))
    }
  }

  @Test(
    .timeLimit(.minutes(10)),
    arguments: [
      ("9223372036854775807", "1"), ("1", "-9223372036854775808"), ("1", "9223372036854775807"),
    ])
  func aJournalsNumbersAreLimited(parts: String, planned: String) async throws {
    let store = OpenBaoBackend(
      address: "http://server", namespace: nil, mount: "secret", prefix: "vaultctl",
      environment: nil, destroys: false,
      credentials: { () throws(StoreError) in .token("t") },
      http: JournalServer(parts: parts, planned: planned),
      runtime: TestRuntime().runtime, protection: TestProtection()
    ).store
    if parts == "1" {
      let runs = try await store.journal.recoverInterruptedRuns()
      #expect(runs.count == 1)
    } else {
      await #expect(
        throws: StoreError.corrupt("the journal has \(parts) parts, which must be at most 1000")
      ) { _ = try await store.journal.recoverInterruptedRuns() }
    }
  }
}
