import HTTP
import Model
import Secrets
import Stores
import TestOpenBao
import TestSupport
import Testing

/// A swap that follows a read at once reads little again, and replaces nothing that it does not know.
@Suite struct TokenSwapTests {
  /// What a renewal writes before its request: a claim, over the tokens as they are.
  private func claim(
    _ tokens: any TokenStore, _ name: ConnectionName
  ) async throws -> (id: StoreID, version: Int64) {
    let stored = try await tokens.openTokens(of: name)
    return (stored.id, try await claim(tokens, name, over: stored))
  }

  private func claim(
    _ tokens: any TokenStore, _ name: ConnectionName, over stored: StoredTokens
  ) async throws -> Int64 {
    try await tokens.swapTokens(
      TokenWrite(
        name: name, id: stored.id, version: stored.version,
        record: try #require(stored.record), provenance: provenance))
  }

  private func access(_ tokens: any TokenStore, _ name: ConnectionName) async throws -> String? {
    try await tokens.openTokens(of: name).access?.withBytes { span in
      String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    }
  }

  @Test func aRenewalReadsWhatItReplacesOnce() async throws {
    let http = WatchedTransport()
    let it = try await TokenFixture(http: http)
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    try await it.put(name, id, from: 0, 1)
    let before = http.calls.count
    let (_, version) = try await claim(it.tokens, name)
    try await it.put(name, id, from: version, 2)
    let calls = http.calls.dropFirst(before).map { call in
      let words = call.split(separator: " ")
      let place = words[1].split(separator: "/v1/secret/").last ?? ""
      return "\(words[0]) \(place)"
    }
    let refresh = "\(TokenFixture.folder)/refresh/crm"
    #expect(
      calls == [
        "GET metadata/vaultctl/prod/crm", "GET data/\(refresh)",
        "GET data/\(refresh)", "POST data/\(refresh)", "POST metadata/\(refresh)",
        "GET metadata/vaultctl/prod/crm", "POST data/\(refresh)",
        "POST data/\(TokenFixture.folder)/access/crm", "POST metadata/\(refresh)",
      ])
    #expect(try it.access()["access_token"] == "access-2")
    #expect(try await access(try it.another(), name) == "access-2")
  }

  /// What is known of the consumers' copy is old once another process, or a person, has written it.
  @Test func aCopyThatChangedMeanwhileIsReplacedByTheNewestToken() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    try await it.put(name, id, from: 0, 1)
    let (_, version) = try await claim(it.tokens, name)
    let copy = "secret/data/\(TokenFixture.folder)/access/crm"
    try it.server.root.order("POST", copy, ["data": ["access_token": "by hand"]])
    try await it.put(name, id, from: version, 2)
    #expect(try it.access()["access_token"] == "access-2")
    try it.server.root.order("DELETE", "secret/metadata/\(TokenFixture.folder)/access/crm")
    let (_, third) = try await claim(it.tokens, name)
    try await it.put(name, id, from: third, 3)
    #expect(try it.access()["access_token"] == "access-3")
  }

  /// One that is between two writes of another.
  @Test func anotherProcessIsNoticed() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    try await it.put(name, id, from: 0, 1)
    let other = try it.another()
    let stored = try await it.tokens.openTokens(of: name)
    let (_, version) = try await claim(other, name)
    await #expect(throws: StoreError.tokensMoved(name)) {
      _ = try await claim(it.tokens, name, over: stored)
    }
    // It can read them again, and is the next one.
    #expect(try await claim(it.tokens, name).version == version + 1)
    #expect(try await access(other, name) == "access-1")
  }

  @Test func aConnectionThatIsGoneIsNotFound() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    let version = try await it.put(name, id, from: 0, 1)
    let other = try await TokenFixture(it.server)
    let stored = try await it.tokens.openTokens(of: name)
    try await other.delete(name, id, tokenVersion: version)
    await #expect(throws: StoreError.notFound(name)) {
      _ = try await claim(it.tokens, name, over: stored)
    }
    #expect(try it.keys("refresh/") == [] && it.keys("access/") == [])
  }

  /// While a person was asked for consent, the connection was replaced by another one, whose tokens have come to
  /// the same version.
  @Test func tokensOfAnotherConnectionOfThatNameStay() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    let version = try await it.put(name, id, from: 0, 1)
    let stored = try await it.tokens.openTokens(of: name)
    let other = try await TokenFixture(it.server)
    try await other.delete(name, id, tokenVersion: version)
    let (_, newID) = try await other.create("crm")
    #expect(try await other.put(name, newID, from: 0, 2) == version)
    await #expect(throws: StoreError.notFound(name)) {
      try await it.put(name, stored.id, from: stored.version, 3)
    }
    #expect(try await access(try it.another(), name) == "access-2")
  }

  /// It has swapped the tokens, and is about to say so in their metadata.
  @Test func anEventOfAnotherProcessIsKept() async throws {
    let refresh = "metadata/\(TokenFixture.folder)/refresh/crm"
    let late = WatchedTransport { request in
      request.method == .post && request.url.contains(refresh) ? HTTPResponse(status: 204) : nil
    }
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    let first = try await it.put(name, id, from: 0, 1)
    let second = try await TokenFixture(it.server, http: late).put(name, id, from: first, 2)
    let (_, version) = try await claim(it.tokens, name)
    #expect(version == second + 1)
    // Now it does.
    let path = "secret/\(refresh)"
    let found = try it.server.root.order("GET", path)
    var custom = try #require(found.value("data", "custom_metadata", as: [String: String].self))
    let events = try #require(custom["events.0"])
    custom["events.0"] = events.replacing("]", with: ",\(events.dropFirst().dropLast())]")
    custom["version"] = "\(second)"
    try it.server.root.order("POST", path, ["custom_metadata": custom])
    try await it.put(name, id, from: version, 3)
    let after = try it.server.root.order("GET", path)
    let kept = try #require(
      after.value("data", "custom_metadata", as: [String: String].self)?["events.0"])
    #expect(kept.ranges(of: "\"who\"").count == 3, "\(kept)")
  }

  /// An introspection told when the token ends.
  @Test func consumersLearnWhenTheTokenEnds() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    let version = try await it.put(name, id, from: 0, 1)
    let stored = try await it.tokens.openTokens(of: name)
    var record = try #require(stored.record)
    record.tokens?.expiry = .at(Timestamp(milliseconds: 1_800_000_000_000))
    _ = try await it.tokens.swapTokens(
      TokenWrite(
        name: name, id: id, version: version, record: record, provenance: provenance))
    #expect(
      try it.access() == ["access_token": "access-1", "expires_at": "2027-01-15T08:00:00Z"])
  }

  /// A policy may keep metadata from those who read data, and a server may leave it out.
  @Test func withoutMetadataInTheResponseItIsRead() async throws {
    let it = try await TokenFixture()
    defer { it.server.end() }
    let (name, id) = try await it.create("crm")
    try await it.put(name, id, from: 0, 1)
    let bare = try await TokenFixture(it.server, http: WithoutMetadata())
    let (_, version) = try await claim(bare.tokens, name)
    try await bare.put(name, id, from: version, 2)
    #expect(try it.access()["access_token"] == "access-2")
    #expect(
      try await it.tokens.tokenRecords()[name]?.record.tokens?.attempt.rawValue == "attempt-2")
  }
}

/// A server of before custom metadata was returned with data.
private struct WithoutMetadata: HTTPTransport {
  private let live = LiveHTTPTransport()

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let response = try await live.send(request)
    guard request.url.contains("/v1/secret/data/") else { return response }
    let text = String(decoding: response.body, as: UTF8.self)
    return HTTPResponse(
      status: response.status, headers: response.headers,
      body: Array(text.replacing("\"custom_metadata\"", with: "\"other\"").utf8))
  }
}
