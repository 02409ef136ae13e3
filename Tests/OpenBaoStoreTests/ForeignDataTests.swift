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
}
