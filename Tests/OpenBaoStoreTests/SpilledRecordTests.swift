import HTTP
import Model
import Stores
import TestOpenBao
import TestSupport
import Testing

/// Records that do not fit into the 64 texts of 512 bytes beside a secret.
@Suite struct SpilledRecordTests {
  @Test func aRecordThatDoesNotFitIsFoundForItsVersion() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let store = store(of: server.root, http: LiveHTTPTransport())
    let run = try await store.journal.beginRun([], by: provenance)
    func fields(_ count: Int) -> [FieldName: FieldWrite] {
      Dictionary(
        (0..<count).map {
          (FieldName("f\($0)"), FieldWrite.plain(.string(String(repeating: "x", count: 400))))
        }
      ) { first, _ in first }
    }
    var record = try #require(
      try await run.writer.carryOut(write("a", .create, fields: fields(1))))
    for count in [100, 101, 1, 102] {
      record = try #require(
        try await run.writer.carryOut(
          write("a", .update(record.storeID, from: record.version), fields: fields(count))))
      #expect(
        try await another(server).reader.read().applied == [name("a"): record], "\(count) fields")
    }
  }

  private func another(_ server: BaoServer) -> Store {
    OpenBaoStoreTests.store(of: server.root, http: LiveHTTPTransport())
  }
}
