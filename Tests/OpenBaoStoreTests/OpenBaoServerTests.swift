import Foundation
import TestOpenBao
import TestServer
import TestSupport
import Testing

/// The servers that the tests of the store stand on do what is said of them.
@Suite struct OpenBaoServerTests {
  @Test func aServerKeepsVersionsAndTells() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    try server.root.order("POST", "secret/data/a", ["data": ["k": "1"], "options": ["cas": 0]])
    let again = try server.root.call(
      "POST", "secret/data/a", ["data": ["k": "2"], "options": ["cas": 0]])
    #expect(again.status == 400 && again.text.contains("check-and-set parameter did not match"))
    #expect(try server.root.secret("a") == ["k": "1"])
    let calls = try server.auditedCalls().filter { $0.path == "secret/data/a" }
    #expect(calls.map(\.operation) == ["create", "update", "read"])
    #expect(calls.map { $0.error != nil } == [false, true, false])

    try await server.seal()
    #expect(try server.root.call("GET", "secret/data/a").status == 503)
    try await server.unseal()
    #expect(try server.root.secret("a") == ["k": "1"])

    try await server.root.mountKV("old", version: 1)
    try server.root.order("POST", "old/a", ["k": "v"])
    #expect(try server.root.call("GET", "old/metadata/").status == 404)
    try server.root.makeNamespace("team")
    let team = server.root.within(namespace: "team")
    try await team.mountKV()
    #expect(try team.call("GET", "secret/data/a").status == 404)
    #expect(try server.root.within(namespace: "nobody").call("GET", "secret/data/a").status == 404)

    server.end()
    #expect(try server.node.health() == 0)
  }

  @Test func whoLogsInMayDoWhatThePolicySays() async throws {
    let authority = try TestAuthority()
    let server = try await BaoServer(authority: authority)
    defer { server.end() }
    #expect(server.root.address.hasPrefix("https://"))
    #expect(try BaoClient(address: server.root.address).call("GET", "sys/health").status == 0)
    try server.root.order("POST", "secret/data/a", ["data": ["k": "1"]])
    try server.root.writePolicy("names", #"path "secret/metadata/*" { capabilities = ["read"] }"#)

    let role = try server.root.makeAppRole("planner", ["names"])
    let issuer = TestIssuer()
    let claims = ["repository": "acme/vault"]
    try server.root.makeJWTRole("ci", ["names"], issuer: issuer, claims: claims)
    func login(_ method: String, _ body: [String: any Sendable]) throws -> String? {
      try server.node.client.call("POST", "auth/\(method)/login", body)
        .value("auth", "client_token", as: String.self)
    }
    let tokens = [
      try server.root.makeToken(["names"]),
      try login("approle", ["role_id": role.roleID, "secret_id": role.secretID]),
      try login("jwt", ["role": "ci", "jwt": issuer.token(claims)]),
    ]
    for token in tokens {
      let client = server.node.client.with(token: try #require(token))
      #expect(try client.call("GET", "secret/metadata/a").status == 200)
      #expect(try client.call("GET", "secret/data/a").status == 403)
    }
    for wrong in [
      try issuer.token(["repository": "evil/vault"]),
      try issuer.token(claims, starts: 900, ends: 999),
      try issuer.token(claims, starts: -999, ends: -900), try TestIssuer().token(claims),
    ] {
      #expect(try login("jwt", ["role": "ci", "jwt": wrong]) == nil)
    }
  }

  @Test func aClusterOutlivesItsLeader() async throws {
    let cluster = try await BaoCluster()
    defer { cluster.end() }
    let leader = try await cluster.leader()
    try await eventually("two that follow") { try cluster.standbys().count == 2 }
    let behind = cluster.client(of: try #require(try cluster.standbys().first))
    try await eventually("the write is passed on") {
      let answer = try behind.call(
        "POST", "secret/data/a", ["data": ["k": "v"], "options": ["cas": 0]])
      return answer.isSuccess || answer.text.contains("did not match the current version")
    }
    try await eventually("the standby sees it") {
      try behind.call("GET", "secret/data/a").isSuccess
    }
    #expect(try behind.secret("a") == ["k": "v"])

    leader.kill()
    #expect(try leader.health() == 0)
    let next = try await cluster.leader()
    #expect(next !== leader)
    let client = cluster.client(of: next)
    try await eventually("the next leader writes") {
      try client.call("POST", "secret/data/b", ["data": ["k": "v"]]).isSuccess
    }
    try await cluster.restart(leader)
    let back = cluster.client(of: leader)
    try await eventually("it has caught up") { try back.call("GET", "secret/data/b").status == 200 }
    #expect(try back.secret("b") == ["k": "v"])
  }
}
