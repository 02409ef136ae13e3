import HTTP
import Model
import Stores
import TestOpenBao
import TestSupport
import Testing

/// Data that only another client can have written.
@Suite struct ForeignDataTests {
  @Test func anObjectOrAListIsNotPassedOver() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = store(of: server.root, http: LiveHTTPTransport())
    let crm = try name("crm")
    let token: [FieldName: FieldWrite] = ["token": .secret(secret("t-1"), ciphertext: "c")]
    let run = try await it.journal.beginRun([StoreIntent(crm, .create)], by: provenance)
    _ = try await run.writer.carryOut(write("crm", .create, fields: token))
    try await run.end?(provenance.at)
    let data: [String: any Sendable] = [
      "type": "bearer", "token": "t-1", "object": ["a": "b"], "list": ["a"], "number": 7,
    ]
    try server.root.order("POST", "secret/data/vaultctl/crm", ["data": data])
    try server.root.order("POST", "secret/data/vaultctl/crm", ["data": ["token": "t-2"]])
    let history = try #require(it.history)
    let content = try #require(try await history.content(of: crm, at: "2"))
    #expect(content.unreadable == ["object", "list"])
    #expect(content.fields.keys.sorted() == ["number", "token"])
    // A version without them would not be that version.
    await #expect(throws: StoreError.self) {
      _ = try await history.rollBack(crm, to: "2", by: provenance)
    }
    #expect(try server.root.secret("vaultctl/crm") == ["token": "t-2"])
  }

  /// Entries beside a connection, also those whose names begin like ours.
  @Test func entriesOfOtherToolsStay() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let root = server.root
    let crm = try name("crm")
    let it = store(of: root, http: LiveHTTPTransport())
    let run = try await it.journal.beginRun([], by: provenance)
    func fields(_ value: String) -> [FieldName: FieldWrite] {
      ["token": .secret(secret(value), ciphertext: "c")]
    }
    let first = try #require(
      try await run.writer.carryOut(write("crm", .create, fields: fields("t-1"))))
    try await it.grants.recordGrant(["read"], for: crm, by: provenance)
    func custom() throws -> [String: String] {
      try root.order("GET", "secret/metadata/vaultctl/crm")
        .value("data", "custom_metadata", as: [String: String].self) ?? [:]
    }
    let foreign = [
      "record.foo": "a", "record.1.foo": "b", "record.1.0.0": "c", "record.01.0": "d",
      "granted.by": "ann", "granted": "all", "label.x": "no prefix", "note": "n", ".": "p",
      ".id": "q",
    ]
    try root.order(
      "POST", "secret/metadata/vaultctl/crm",
      ["custom_metadata": try custom().merging(foreign) { $1 }])
    let another = store(of: root, http: LiveHTTPTransport())
    let next = try await another.journal.beginRun([], by: provenance)
    let second = try #require(
      try await next.writer.carryOut(
        write("crm", .update(first.storeID, from: first.version), fields: fields("t-2"))))
    let left = try custom().filter { foreign.keys.contains($0.key) }
    #expect(left == foreign)
    let snapshot = try await store(of: root, http: LiveHTTPTransport()).reader.read()
    #expect(snapshot.applied == [crm: second])
    #expect(snapshot.actual[crm]?.grantedScopes == ["read"])
  }
}
