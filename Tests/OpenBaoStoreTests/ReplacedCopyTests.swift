import HTTP
import Model
import Secrets
import Stores
import TestOpenBao
import TestSupport
import Testing

/// A later state of a connection replaces an earlier copy of it: its id stays, and so do its tokens.
@Suite struct ReplacedCopyTests {
  private static let text = "crm"

  private func change(
    _ action: StoreWrite.Action, _ value: String, id: StoreID?
  ) throws -> StoreWrite {
    StoreWrite(
      name: try name(Self.text), action: action, app: "http", setupType: "bearer",
      fields: ["token": .secret(secret(value), ciphertext: "c")], provenance: provenance, newID: id)
  }

  /// Writes without ending the run, as a process that is killed.
  private func begun(
    _ store: Store, _ action: StoreWrite.Action, _ value: String, id: StoreID? = nil
  ) async throws -> (run: ApplyRun, record: AppliedRecord) {
    let write = try change(action, value, id: id)
    let run = try await store.journal.beginRun(
      [StoreIntent(write.name, action)], by: provenance)
    return (run, try #require(try await run.writer.carryOut(write)))
  }

  private func renew(_ store: Store, _ access: String) async throws {
    let tokens = try #require(store.tokens)
    let present = try await tokens.openTokens(of: name(Self.text))
    _ = try await tokens.swapTokens(
      TokenWrite(
        name: name(Self.text), id: present.id, version: present.version,
        record: TokenStoreContract.record(granted: ["read"]),
        tokens: .put(access: secret(access), refresh: nil), provenance: provenance))
  }

  private func has(_ store: Store, _ access: String) async throws -> Bool {
    let found = try await store.tokens?.openTokens(of: name(Self.text)).access
    return found?.constantTimeEquals(secret(access)) ?? false
  }

  @Test func tokensThatWereRenewedAfterAKilledCopyStay() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    func opened() -> Store { store(of: server.root, http: LiveHTTPTransport()) }
    let first = opened()
    let (run, copy) = try await begun(first, .create, "t-1")
    try await run.end?(provenance.at)
    try await renew(first, "access-1")
    let action = StoreWrite.Action.replace(copy.storeID, from: copy.version)
    _ = try await begun(first, action, "t-2", id: copy.storeID)
    #expect(try await has(opened(), "access-1"))
    try await renew(opened(), "access-2")
    _ = try await opened().journal.recoverInterruptedRuns()
    #expect(try await has(opened(), "access-2"))
  }

  @Test func anotherConnectionTakesThemWithIt() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    func opened() -> Store { store(of: server.root, http: LiveHTTPTransport()) }
    let first = opened()
    let (run, before) = try await begun(first, .create, "t-1")
    try await run.end?(provenance.at)
    try await renew(first, "access-1")
    _ = try await begun(first, .replace(before.storeID, from: before.version), "t-2")
    _ = try await opened().journal.recoverInterruptedRuns()
    #expect(try await !has(opened(), "access-1"))
  }
}
