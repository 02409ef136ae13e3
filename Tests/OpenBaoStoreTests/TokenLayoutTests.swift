import Foundation
import HTTP
import Model
import Pacing
import Secrets
import Stores
import Synchronization
import TestOpenBao
import TestSupport
import Testing

/// Where tokens are in the engine, as its other clients see it.
@Suite struct TokenLayoutTests {
  private func text(_ secret: SecretBytes?) -> String? {
    secret?.withBytes { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
  }

  @Test func aConsumersSecretHoldsTheAccessTokenAloneAndFollowsIt() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    let version = try await it.put(name, id, from: 0, 1)
    #expect(try it.access() == ["access_token": "access-1", "expires_at": "2026-09-21T15:13:20Z"])
    try await it.put(name, id, from: version, 2)
    #expect(try it.access()["access_token"] == "access-2")
    #expect(try it.keys("") == ["access/", "refresh/"])
    #expect(try it.keys("refresh/") == ["crm"] && it.keys("access/") == ["crm"])
  }

  /// As people write them, and back from the list of another client.
  @Test func namesInPathsAreReadable() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let expected = [
      "crm prod": "crm prod", "sales@eu (2)": "sales@eu (2)", "Été": "Été", "東京": "東京",
      "a/b": "a%2Fb", "50%": "50%25", "..x": "%2E%2Ex", "a*": "a%2A", "+": "%2B",
      "x\u{200B}y": "x%E2%80%8By", "😀": "%F0%9F%98%80", "a%2Fb": "a%252Fb",
    ]
    for (number, text) in expected.keys.sorted().enumerated() {
      let (name, id) = try await it.create(text)
      try await it.put(name, id, from: 0, number)
    }
    #expect(Set(try it.keys("refresh/")) == Set(expected.values))
    #expect(Set(try it.keys("access/")) == Set(expected.values))
    let another = try it.another()
    #expect(
      Set(try await another.tokenRecords().keys.map(\.rawValue)) == Set(expected.keys))
    for (number, text) in expected.keys.sorted().enumerated() {
      let kept = try await another.openTokens(of: name(text))
      #expect(self.text(kept.refresh) == "refresh-\(number)", "\(text)")
    }
    #expect(try await another.strayTokens().isEmpty)
  }

  @Test func tokensOfAnEarlierVersionAreReadWhereTheyAreAndMovedBeforeTheyAreWritten() async throws
  {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    try await it.put(name, id, from: 0, 1)
    try it.age("crm", id)

    let old = try await it.tokens.openTokens(of: name)
    #expect(text(old.refresh) == "refresh-1" && old.version == -1)
    #expect(try await it.tokens.tokenRecords()[name]?.version == -1)
    #expect(try it.keys("refresh/").isEmpty, "a look moves nothing")
    // Of two that have read them there, neither writes before they are moved.
    await #expect(throws: StoreError.tokensMoved(name)) {
      try await it.put(name, id, from: old.version, 2)
    }
    await #expect(throws: StoreError.tokensMoved(name)) {
      try await it.put(name, id, from: old.version, 2)
    }
    let moved = try await it.tokens.openTokens(of: name)
    #expect(text(moved.refresh) == "refresh-1" && moved.version == 1)
    #expect(try it.keys("") == ["access/", "refresh/"], "nothing is left at the old path")
    #expect(try it.access()["access_token"] == "access-1")
    try await it.put(name, id, from: moved.version, 2)
    #expect(text(try await it.another().openTokens(of: name).refresh) == "refresh-2")
  }

  /// Where they were, and not where a renewal has moved them meanwhile.
  @Test func aRemovalTakesTokensOfAnEarlierVersionAtTheirs() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    try await it.put(name, id, from: 0, 1)
    try it.age("crm", id)
    await #expect(throws: StoreError.tokensMoved(name), "they are moved") {
      try await it.put(name, id, from: -1, 2)
    }
    await #expect(throws: StoreError.tokensMoved(name)) {
      try await it.delete(name, id, tokenVersion: -1)
    }
    #expect(text(try await it.another().openTokens(of: name).refresh) == "refresh-1")
    try it.age("crm", id)
    try await it.delete(name, id, tokenVersion: -1)
    #expect(try await it.store.reader.read().actual.isEmpty)
    #expect(try await it.another().strayTokens().isEmpty)
    #expect(try it.keys("").isEmpty, "no mark is left")
  }

  @Test func aCopyThatIsAbsentOldOrChangedIsRepaired() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let root = it.server.root
    let (name, id) = try await it.create("crm")
    let version = try await it.put(name, id, from: 0, 1)
    _ = try root.bao([
      "kv", "put", "secret/\(TokenFixture.folder)/access/crm", "access_token=forged",
    ])
    try await it.tokens.repairTokenCopies(.all)
    #expect(try it.access()["access_token"] == "access-1")
    try root.order("DELETE", "secret/metadata/\(TokenFixture.folder)/access/crm")
    try await it.tokens.repairTokenCopies(.all)
    #expect(try it.access()["access_token"] == "access-1")
    _ = try root.bao(["kv", "delete", "secret/\(TokenFixture.folder)/access/crm"])
    try await it.tokens.repairTokenCopies(.all)
    #expect(try it.access()["access_token"] == "access-1")
    // What is said about the copy is gone too, as it is where a process was killed before it said it.
    _ = try root.bao([
      "kv", "metadata", "put", "-custom-metadata=a=b", "secret/\(TokenFixture.folder)/refresh/crm",
    ])
    try await it.put(name, id, from: version, 2)
    let before = try root.order("GET", "secret/metadata/\(TokenFixture.folder)/access/crm")
    try await it.tokens.repairTokenCopies(.all)
    let after = try root.order("GET", "secret/metadata/\(TokenFixture.folder)/access/crm")
    #expect(
      before.text.contains("\"current_version\":")
        && before.value("data", "current_version", as: Int.self)
          == after.value("data", "current_version", as: Int.self),
      "a good one is left alone")
  }

  /// The network, with copies that cannot be written as long as a name's is refused.
  private func refusing(_ names: @escaping @Sendable () -> Set<String>) -> WatchedTransport {
    WatchedTransport { request in
      guard request.method == .post,
        let name = request.url.split(separator: "/access/").dropFirst().first,
        names().contains(String(name))
      else { return nil }
      return HTTPResponse(
        status: 400, headers: [:], body: Array(#"{"errors":["not this one"]}"#.utf8))
    }
  }

  @Test func aCopyThatCouldNotBeWrittenIsRepairedWithoutAList() async throws {
    let refused = Mutex<Set<String>>(["crm"])
    let http = refusing { refused.withLock { $0 } }
    let time = TestRuntime()
    let it = try await TokenFixture(http: http, runtime: time.sleepingReally)
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    let version = try await it.put(name, id, from: 0, 1)
    #expect(try it.keys("access/").isEmpty)
    let lists = http.count("list")
    await #expect(throws: StoreError.self) { try await it.tokens.repairTokenCopies(.unwritten) }
    refused.withLock { $0 = [] }
    time.advance(seconds: 5)
    try await it.tokens.repairTokenCopies(.unwritten)
    #expect(try it.access()["access_token"] == "access-1")
    #expect(http.count("list") == lists)
    let calls = http.calls.count
    try await it.tokens.repairTokenCopies(.unwritten)
    #expect(http.calls.count == calls, "nothing is left to do")
    try await it.tokens.repairTokenCopies(.all)
    #expect(http.count("list") > lists)
    try await it.put(name, id, from: version, 2)
    #expect(try it.access()["access_token"] == "access-2")
  }

  @Test func aCopyThatFailsKeepsNoOtherOneFromBeingRepaired() async throws {
    let refused = Mutex<Set<String>>([])
    let time = TestRuntime()
    let it = try await TokenFixture(
      http: refusing { refused.withLock { $0 } }, runtime: time.sleepingReally)
    defer { it.server.end() }
    for (number, text) in ["a", "b", "c"].enumerated() {
      let (name, id) = try await it.create(text)
      try await it.put(name, id, from: 0, number)
      try it.server.root.order("DELETE", "secret/metadata/\(TokenFixture.folder)/access/\(text)")
    }
    refused.withLock { $0 = ["a", "b"] }
    await #expect(throws: StoreError.self) { try await it.tokens.repairTokenCopies(.all) }
    #expect(try it.keys("access/") == ["c"])
    refused.withLock { $0 = [] }
    time.advance(seconds: 5)
    try await it.tokens.repairTokenCopies(.unwritten)
    #expect(try it.keys("access/") == ["a", "b", "c"])
  }

  /// A policy may grant the tokens and not their copies, for days. Each pass of a service reports it.
  @Test func copiesThatCannotBeWrittenAreTriedMoreAndMoreRarely() async throws {
    let names: Set = ["a", "b", "c"]
    let http = refusing { names }
    let time = TestRuntime()
    let it = try await TokenFixture(http: http, runtime: time.sleepingReally)
    defer { it.server.end() }
    for (number, text) in names.sorted().enumerated() {
      let (name, id) = try await it.create(text)
      try await it.put(name, id, from: 0, number)
    }
    func writes() -> Int { http.calls.count { $0.hasPrefix("POST") && $0.contains("/access/") } }
    let before = writes()
    for pass in 0..<120 {
      let copies: TokenCopies = pass.isMultiple(of: 6) ? .all : .unwritten
      await #expect(throws: StoreError.self) { try await it.tokens.repairTokenCopies(copies) }
      time.advance(seconds: 5)
    }
    let count = (writes() - before) / names.count
    #expect((5...12).contains(count), "\(count) in ten minutes")
  }

  /// By the process that could not write it, or by another one.
  @Test(arguments: [TokenCopies.unwritten, .all])
  func aGrantThatCouldNotBeRecordedIsRepaired(copies: TokenCopies) async throws {
    let isRefused = Mutex(false)
    let http = WatchedTransport { request in
      guard request.method == .post, request.url.hasSuffix("/secret/metadata/vaultctl/prod/crm"),
        isRefused.withLock({ $0 })
      else { return nil }
      return HTTPResponse(
        status: 400, headers: [:], body: Array(#"{"errors":["not this one"]}"#.utf8))
    }
    let it = try await TokenFixture(http: http)
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    isRefused.withLock { $0 = true }
    try await it.put(name, id, from: 0, 1)
    #expect(try await it.store.reader.read().actual[name]?.grantedScopes == nil)
    isRefused.withLock { $0 = false }
    let repairing = copies == .all ? try it.another() : it.tokens
    try await repairing.repairTokenCopies(copies)
    #expect(try await it.store.reader.read().actual[name]?.grantedScopes == ["read"])
    #expect(try it.access()["access_token"] == "access-1")
  }

  /// The service reported none, or other ones, and a person knows better.
  @Test func whatAPersonRecordedIsNoGrantToRepair() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    try await it.put(name, id, from: 0, 1)
    try await it.store.grants.recordGrant(["read", "write"], for: name, by: provenance)
    for copies in [TokenCopies.all, .unwritten] {
      try await it.another().repairTokenCopies(copies)
      try await it.tokens.repairTokenCopies(copies)
    }
    #expect(try await it.store.reader.read().actual[name]?.grantedScopes == ["read", "write"])
  }

  /// The policy of an applier lacks what removes a secret for good, and the tokens would go first.
  @Test func aRemovalThatIsNotAllowedLeavesTheTokens() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    let tokenVersion = try await it.put(name, id, from: 0, 1)
    let root = it.server.root
    try root.writePolicy(
      "applier",
      """
      path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }
      path "secret/metadata/vaultctl/*" { capabilities = ["create", "list", "read", "update"] }
      """)
    let client = root.with(token: try root.makeToken(["applier"]))
    let source = store(
      of: client, environment: "prod", http: LiveHTTPTransport(), destroys: true)
    let version = try #require(try await source.reader.read().actual[name]?.version)
    let run = try await source.journal.beginRun([], by: provenance)
    await #expect(throws: StoreError.self) {
      _ = try await run.writer.carryOut(
        StoreWrite(
          name: name, action: .delete(id, from: version), app: "twilio", setupType: nil,
          fields: [:], provenance: provenance, tokenVersion: tokenVersion))
    }
    #expect(text(try await it.tokens.openTokens(of: name).refresh) == "refresh-1")
    #expect(try it.access()["access_token"] == "access-1")
  }

  @Test func aConnectionThatLostItsMetadataKeepsItsTokens() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let root = it.server.root
    let (name, id) = try await it.create("crm")
    try await it.put(name, id, from: 0, 1)
    try root.order("POST", "secret/metadata/vaultctl/prod/crm", ["custom_metadata": ["a": "b"]])
    let kept = try await it.another().openTokens(of: name)
    #expect(text(kept.refresh) == "refresh-1" && kept.version == 1)
    #expect(try await it.another().strayTokens().isEmpty)
    // Adopted, it has the id again that its tokens know.
    let actual = try #require(try await it.store.reader.read().actual[name])
    let adopted = try await it.carryOut(name, .record(actual.id, at: actual.version))
    #expect(adopted?.storeID == id)
    #expect(text(try await it.another().openTokens(of: name).refresh) == "refresh-1")
  }

  @Test func tokensWithoutAConnectionAreListedAndForgotten() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let root = it.server.root
    let (name, id) = try await it.create("crm")
    try await it.put(name, id, from: 0, 1)
    #expect(try await it.tokens.strayTokens().isEmpty)
    // Deleted by somebody else.
    try root.order("DELETE", "secret/metadata/vaultctl/prod/crm")
    let stray = try await it.another().strayTokens()
    #expect(stray.map(\.key) == ["crm"] && stray.first?.id == id)

    // Another connection has the name now: its tokens replace none of those.
    let later = try await TokenFixture(it.server)
    let (_, newID) = try await later.create("crm")
    #expect(try await it.tokens.openTokens(of: name).version == 0)
    await #expect(throws: StoreError.tokensMoved(name)) {
      try await it.put(name, newID, from: 0, 2)
    }
    try await it.put(name, newID, from: 0, 2)
    #expect(text(try await it.tokens.openTokens(of: name).refresh) == "refresh-2")
    let set = try await it.another().strayTokens()
    #expect(set.map(\.key) == [id.rawValue] && set.first?.record?.tokens?.attempt == "attempt-1")
    try await it.tokens.forget(try #require(set.first))
    #expect(try await it.another().strayTokens().isEmpty)
    #expect(text(try await it.tokens.openTokens(of: name).refresh) == "refresh-2")
    #expect(try it.keys("") == ["access/", "refresh/"])
  }
}
