import HTTP
import Model
import OpenBaoStore
import Stores
import TestOpenBao
import TestServer
import TestSupport
import Testing

/// A standby answers from what has reached it, some tens of milliseconds behind the leader.
@Suite struct StandbyTests {
  @Test func ownWritesAreReadBackAndNoneIsAConflict() async throws {
    // It writes 200 times, and is not about elections.
    let cluster = try await BaoCluster(isQuick: false)
    defer { cluster.end() }
    _ = try await cluster.leader()
    let client = cluster.client(of: try #require(try cluster.standbys().first))
    let store = store(
      of: client,
      http:
        LiveHTTPTransport(
          authorities: TrustedAuthorities(additional: [cluster.authority.path])))
    let run = try await store.journal.beginRun([], by: provenance)
    func put(_ number: Int, _ action: StoreWrite.Action) async throws -> AppliedRecord {
      let written = try await run.writer.carryOut(
        write(
          "a", action, fields: ["token": .secret(secret("value \(number)"), ciphertext: "c")]))
      return try #require(written)
    }
    var record = try await put(0, .create)
    for number in 1..<200 {
      record = try await put(number, .update(record.storeID, from: record.version))
      #expect(record.version.rawValue == "\(number + 1)")
      let snapshot = try await store.reader.read()
      #expect(snapshot.applied[try name("a")] == record, "read \(number)")
      #expect(snapshot.actual[try name("a")]?.version == record.version, "read \(number)")
    }
    #expect(try client.secret("vaultctl/a")["token"] == "value 199")
  }
}
