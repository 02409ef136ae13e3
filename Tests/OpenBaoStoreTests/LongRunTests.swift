import HTTP
import Model
import OpenBaoStore
import Stores
import Synchronization
import TestOpenBao
import TestSupport
import Testing

/// What comes up while an apply takes long: the token ends, the leader is another one.
@Suite struct LongRunTests {
  @Test func aTokenIsRenewedBeforeItExpiresAndReplacedWhereItIsGone() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let root = server.root
    try root.writePolicy(
      "all", #"path "*" { capabilities = ["create", "read", "update", "list"] }"#)
    let role = try root.makeAppRole("applier", ["all"], lifetime: "10m")
    let http = WatchedTransport()
    let time = TestRuntime(Timestamp(milliseconds: 1_800_000_000_000))
    let store = store(
      of: root,
      credentials: .appRole(mount: "approle", roleID: role.roleID, secretID: role.secretID),
      http: http, runtime: time.sleepingReally)

    _ = try await store.reader.read()
    #expect(http.count("auth/approle/login") == 1 && http.count("renew-self") == 0)
    time.advance(seconds: 4 * 60)
    _ = try await store.reader.read()
    #expect(http.count("renew-self") == 0, "before the half of its life")
    // A lease is a duration, whatever the clock says.
    time.step(seconds: -7200)
    time.advance(seconds: 2 * 60)
    _ = try await store.reader.read()
    _ = try await store.reader.read()
    #expect(http.count("auth/approle/login") == 1 && http.count("renew-self") == 1)

    // A token that is revoked while it is in use costs one more login.
    let accessors = try root.call("GET", "auth/token/accessors/?list=true")
      .value("data", "keys", as: [String].self)
    for accessor in accessors ?? [] {
      let found = try root.call("POST", "auth/token/lookup-accessor", ["accessor": accessor])
      guard found.text.contains("\"role_name\":\"applier\"") else { continue }
      try root.order("POST", "auth/token/revoke-accessor", ["accessor": accessor])
    }
    time.advance(seconds: 6 * 60)
    _ = try await store.reader.read()
    #expect(http.count("auth/approle/login") == 2)
  }

  /// Logins that come from a file or a command, and end while a process uses them.
  @Test func aLoginThatIsRefusedIsReadAgain() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let root = server.root
    func made() throws -> String {
      try #require(
        try root.call("POST", "auth/token/create", ["policies": ["root"], "ttl": "1h"])
          .value("auth", "client_token", as: String.self))
    }
    let current = Mutex(try made())
    let reads = Mutex(0)
    let http = WatchedTransport()
    let store = OpenBaoBackend(
      address: root.address, namespace: nil, mount: "secret", prefix: "vaultctl",
      environment: nil, destroys: false,
      credentials: { () throws(StoreError) in
        reads.withLock { $0 += 1 }
        return .token(current.withLock { $0 })
      }, http: http, runtime: .real, protection: TestProtection()
    ).store
    let run = try await store.journal.beginRun([], by: provenance)
    #expect(reads.withLock { $0 } == 1)
    try root.order("POST", "auth/token/revoke", ["token": current.withLock { $0 }])
    // The same token again is of no use.
    await #expect(throws: StoreError.self) { try await store.reader.read() }
    let next = try made()
    current.withLock { $0 = next }
    // A write goes through as well: what was forbidden was not carried out.
    let written = try await run.writer.carryOut(
      write("a", .create, fields: ["token": .secret(secret("s3cret"), ciphertext: "c")]))
    #expect(try await store.reader.read().applied[try name("a")] == written)
    let count = reads.withLock { $0 }
    _ = try await store.reader.read()
    #expect(reads.withLock { $0 } == count, "it is read again only when it is refused")
  }

  /// A periodic token lives as long as it is renewed.
  @Test func aTokenThatWasGivenIsRenewedBeforeItEnds() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let root = server.root
    let given = try #require(
      try root.call("POST", "auth/token/create", ["policies": ["root"], "period": "10m"])
        .value("auth", "client_token", as: String.self))
    let http = WatchedTransport()
    let time = TestRuntime(Timestamp(milliseconds: 1_800_000_000_000))
    let store = store(
      of: root, credentials: .token(given), http: http, runtime: time.sleepingReally)
    _ = try await store.reader.read()
    #expect(http.count("lookup-self") == 0, "a short command asks nothing more")
    time.advance(seconds: 61)
    _ = try await store.reader.read()
    #expect(http.count("lookup-self") == 1 && http.count("renew-self") == 0)
    for _ in 0..<3 {
      time.advance(seconds: 301)
      _ = try await store.reader.read()
    }
    #expect(http.count("renew-self") == 3 && http.count("lookup-self") == 1)
  }

  /// A token without the default policy may not look itself up.
  @Test func aTokenWithoutTheDefaultPolicyIsUsedAsItIs() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let root = server.root
    try root.writePolicy(
      "all", #"path "secret/*" { capabilities = ["create", "read", "update", "list"] }"#)
    let given = try #require(
      try root.call(
        "POST", "auth/token/create",
        ["policies": ["all"], "no_default_policy": true, "ttl": "1h"]
      ).value("auth", "client_token", as: String.self))
    let store = store(of: root, credentials: .token(given), http: LiveHTTPTransport())
    let written = try await store.journal.beginRun([], by: provenance).writer.carryOut(
      write("a", .create, fields: ["token": .secret(secret("s3cret"), ciphertext: "c")]))
    #expect(try await store.reader.read().applied[try name("a")] == written)
  }

  /// A standby that does not forward sends its callers to the leader (HTTP 307): each write is there
  /// once, and the next call asks the standby again.
  @Test func aRedirectionIsFollowedToTheLeader() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let leader = server.root.address
    let standby = "http://127.0.0.1:9"
    let http = WatchedTransport { request in
      guard request.url.hasPrefix(standby) else { return nil }
      let place = leader + request.url.dropFirst(standby.count)
      return HTTPResponse(status: 307, headers: ["location": place])
    }
    let store = store(of: server.root, at: standby, http: http)
    let written = try await store.journal.beginRun([], by: provenance).writer.carryOut(
      write("a", .create, fields: ["token": .secret(secret("s3cret"), ciphertext: "c")]))
    #expect(try await store.reader.read().applied[try name("a")] == written)
    #expect(try server.root.secret("vaultctl/a")["token"] == "s3cret")
    #expect(http.count("POST \(leader)/v1/secret/data/vaultctl/a") == 1)
    #expect(http.count(standby) == http.count(leader))
  }

  /// Plain text leaves this machine for no leader, and TLS is not given up for one on it.
  @Test func noTokenGoesToALeaderInPlainText() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    for (standby, leader) in [
      ("http://127.0.0.1:9", "http://10.0.0.7:8200"),
      ("http://127.0.0.1:9", "http://bao.example.com"),
      ("https://bao.example.com", "http://127.0.0.1:8200"),
    ] {
      let http = WatchedTransport { request in
        guard request.url.hasPrefix(standby) else { return HTTPResponse(status: 500) }
        return HTTPResponse(
          status: 307, headers: ["location": leader + request.url.dropFirst(standby.count)])
      }
      let time = TestRuntime(Timestamp(milliseconds: 1_800_000_000_000))
      let store = store(of: server.root, at: standby, http: http, runtime: time.runtime)
      await #expect(throws: StoreError.self) { _ = try await store.reader.read() }
      #expect(http.count(leader) == 0 && http.count(standby) > 0)
    }
  }

  /// While an election lasts, standbys name a leader that is gone: they are asked again until there
  /// is another.
  @Test func aLeaderThatIsGoneIsNotWaitedFor() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let leader = server.root.address
    let standby = "http://127.0.0.1:9"
    let isElected = Mutex(false)
    let http = WatchedTransport { request in
      guard request.url.hasPrefix(standby) else { return nil }
      let there = isElected.withLock { isElected in
        defer { isElected = true }
        return isElected ? leader : "http://127.0.0.1:1"
      }
      return HTTPResponse(
        status: 307, headers: ["location": there + request.url.dropFirst(standby.count)])
    }
    let snapshot = try await store(of: server.root, at: standby, http: http).reader.read()
    #expect(snapshot.actual.isEmpty)
    #expect(http.count("http://127.0.0.1:1/") == 1)
  }
}
