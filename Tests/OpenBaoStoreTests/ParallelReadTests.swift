import HTTP
import Model
import Secrets
import Stores
import Synchronization
import TestOpenBao
import TestSupport
import Testing

@Suite struct ParallelReadTests {
  private static let count = 40

  /// The network, which counts the reads of connections' data that are under way at once.
  private final class MeasuringTransport: HTTPTransport {
    private let live = LiveHTTPTransport()
    private let isRefusing: Bool
    private let counts = Mutex((now: 0, most: 0, total: 0))

    init(isRefusing: Bool = false) { self.isRefusing = isRefusing }

    var most: Int { counts.withLock { $0.most } }
    var total: Int { counts.withLock { $0.total } }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
      guard request.method == .get, request.url.contains("/secret/data/vaultctl/") else {
        return try await live.send(request)
      }
      counts.withLock {
        $0.now += 1
        $0.total += 1
        $0.most = max($0.most, $0.now)
      }
      defer { counts.withLock { $0.now -= 1 } }
      if isRefusing {
        return HTTPResponse(
          status: 400, headers: [:], body: Array(#"{"errors":["not this one"]}"#.utf8))
      }
      return try await live.send(request)
    }
  }

  /// Connections with a secret each.
  private func filled(_ server: BaoServer) async throws -> Set<ConnectionName> {
    let run = try await store(of: server.root, http: LiveHTTPTransport())
      .journal.beginRun([], by: provenance)
    var names: Set<ConnectionName> = []
    for number in 0..<Self.count {
      _ = try await run.writer.carryOut(
        write(
          "c-\(number)", .create,
          fields: ["token": .secret(secret("s3cret-\(number)"), ciphertext: "c")]))
      names.insert(try name("c-\(number)"))
    }
    return names
  }

  @Test func secretsAreReadInParallelAndEachIsItsConnections() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let names = try await filled(server)
    let http = MeasuringTransport()
    let found = try #require(
      try await store(of: server.root, http: http).secrets?.secrets(of: names))
    #expect(found.count == Self.count)
    for number in 0..<Self.count {
      let address = FieldAddress(try name("c-\(number)"), "token")
      #expect(found[address]?.constantTimeEquals(secret("s3cret-\(number)")) == true)
    }
    #expect(http.total == Self.count)
    #expect((2...8).contains(http.most), "\(http.most) at once")
  }

  @Test func aFailureIsReportedAndNothingNewIsBegun() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let names = try await filled(server)
    let http = MeasuringTransport(isRefusing: true)
    let store = store(of: server.root, http: http)
    await #expect(throws: StoreError.refused("it responded with 400: not this one")) {
      _ = try await store.secrets?.secrets(of: names)
    }
    #expect((1...8).contains(http.total), "\(http.total) reads")
  }
}
