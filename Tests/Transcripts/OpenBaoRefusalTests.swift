import Foundation
import TestOpenBao
import TestServer
import TestSupport
import Testing

/// Policies that allow just what is needed, and everything that can go wrong with a server.
@Suite struct OpenBaoRefusalTests {
  private static let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "examples/openbao")

  private func policy(_ name: String) throws -> String {
    try String(contentsOf: Self.example.appending(path: "\(name).hcl"), encoding: .utf8)
  }

  @Test func thePlannersPolicyPlansAndReadsNoData() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    for name in ["planner", "applier"] { try server.root.writePolicy(name, policy(name)) }
    let planner = server.root.with(token: try server.root.makeToken(["planner"]))
    let applier = server.root.with(token: try server.root.makeToken(["applier"]))
    let it = try OpenBaoSandbox(applier)
    try it.declare(["a", "b", "c"])
    try it.fine(["plan"], as: planner)
    it.sandbox.transcript.note("as the planner")
    #expect(try it.vaultctl(["apply", "--auto-approve"], as: planner).status == 1)
    it.sandbox.transcript.note("as the applier")
    try it.fine(["apply", "--auto-approve"])

    // All that an apply does, with the applier's policy alone.
    try it.fine(["set", "a", "token"], input: "n3w")
    try it.fine(["rename", "b", "bee"])
    try it.remove("c")
    try it.fine(["plan", "--out", "it.plan", "--prune"])
    try it.fine(["apply", "it.plan"])
    try it.fine(["rollback", "a", "--to", "1", "--auto-approve"])
    try it.fine(["apply", "--auto-approve"])

    let before = try server.auditedCalls().count
    try it.fine(["set", "bee", "token"], input: "other")
    it.sandbox.transcript.note("as the planner; the keyed digest shows that the value is another")
    try it.fine(["plan", "--detailed-exitcode"], as: planner, status: 2)
    try it.fine(["status"], as: planner)
    try it.fine(["history", "a"], as: planner)
    // Changed by somebody else: that shows, and what was changed does not.
    try server.root.order("POST", "secret/data/vaultctl/a", ["data": ["token": "theirs"]])
    it.sandbox.transcript.note("Somebody changes `a` in the store.")
    try it.fine(["plan", "--target", "a"], as: planner)
    try it.sandbox.expectTranscript()
    let calls = try server.auditedCalls().dropFirst(before)
    let data = calls.filter {
      $0.operation == "read" && $0.path.hasPrefix("secret/data/")
        && !$0.path.hasPrefix("secret/data/vaultctl-state/")
    }
    #expect(data.isEmpty, "\(data)")
    #expect(calls.contains { $0.path == "secret/detailed-metadata/vaultctl/" })
    #expect(calls.contains { $0.path == "secret/data/vaultctl-state/sandbox0sandbox0sand/key" })
  }

  @Test func aServerThatListsNoDetailsIsAskedOneByOne() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let plain = try policy("applier").split(separator: "path ")
      .filter { !$0.contains("detailed-metadata") }.joined(separator: "path ")
    try server.root.writePolicy("plain", plain)
    let it = try OpenBaoSandbox(server.root.with(token: try server.root.makeToken(["plain"])))
    try it.declare((0..<12).map { "c-\($0)" })
    try it.fine(["apply", "--auto-approve"])
    try it.expectNoChanges()
    let reads = try server.auditedCalls().filter {
      $0.path.hasPrefix("secret/metadata/vaultctl/c-") && $0.operation == "read"
    }
    #expect(reads.count == 12)
  }

  /// The one that failed is named, with what the server says, and the others are done.
  @Test func oneRefusedChangeAmongManyIsNamed() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let refused = #"path "secret/data/vaultctl/c-7" { capabilities = ["deny"] }"#
    try server.root.writePolicy("applier", policy("applier") + refused)
    let it = try OpenBaoSandbox(server.root.with(token: try server.root.makeToken(["applier"])))
    try it.declare((0..<12).map { "c-\($0)" })
    let applied = try it.vaultctl(["apply", "--auto-approve"])
    #expect(applied.status == 4, "\(applied.text)\(applied.errorText)")
    #expect(applied.text.contains("Incomplete: 11 created, 0 updated, 0 deleted"))
    #expect(applied.text.hasSuffix("  result unknown: c-7\n"))
    #expect(applied.errorText.contains("connection `c-7`"))
    try it.sandbox.expectTranscript()
  }

  @Test func everyFailureHasItsOwnMessage() async throws {
    let authority = try TestAuthority()
    let server = try await BaoServer(authority: authority)
    defer { server.end() }
    let root = server.root
    try await root.mountKV("old", version: 1)
    try root.writePolicy(
      "listing", #"path "secret/metadata/vaultctl/*" { capabilities = ["list"] }"#)
    let it = try OpenBaoSandbox(root)
    try it.declare(["a"])
    func expectFailure(
      _ situation: String, store: String = "{type: openbao}",
      as client: BaoClient? = nil, environment: [String: String] = [:],
      hiding secrets: [String] = []
    ) throws {
      try it.sandbox.writeProject(extra: "store: \(store)")
      it.sandbox.transcript.note(situation)
      let plan = try it.vaultctl(["plan"], as: client, environment: environment)
      #expect(plan.status == 1, "\(situation): \(plan.text)")
      let verbose = try it.vaultctl(
        ["plan", "-vvv"], as: client, environment: environment, isRecorded: false)
      for secret in secrets {
        #expect(!(verbose.text + verbose.errorText).contains(secret), "\(situation)")
      }
    }
    try expectFailure("an authority that is not trusted", environment: ["BAO_CACERT": ""])
    try expectFailure("no such namespace", as: root.within(namespace: "nobody"))
    try expectFailure("no such mount", store: "{type: openbao, mount: none}")
    try expectFailure("KV version 1", store: "{type: openbao, mount: old}")
    try expectFailure(
      "a wrong token", as: root.with(token: "s.wr0ng"), hiding: ["s.wr0ng"])
    try expectFailure("no token", environment: ["BAO_TOKEN": ""])
    try root.order("POST", "secret/data/vaultctl/a", ["data": ["k": "v"]])
    try expectFailure(
      "a policy that only lists", as: root.with(token: try root.makeToken(["listing"])))
    try expectFailure("nothing listens", environment: ["BAO_ADDR": "http://127.0.0.1:9"])

    let role = try root.makeAppRole("ci", ["listing"])
    let approle = "{type: openbao, login: {method: approle}}"
    try expectFailure(
      "a wrong secret ID", store: approle,
      environment: ["BAO_ROLE_ID": role.roleID, "BAO_SECRET_ID": "wr0ng-s3cret"],
      hiding: ["wr0ng-s3cret", role.roleID])
    try expectFailure("no secret ID", store: approle, environment: ["BAO_ROLE_ID": "x"])
    let issuer = TestIssuer()
    try root.makeJWTRole("ci", ["listing"], issuer: issuer, claims: ["repository": "acme/vault"])
    let claims = ["repository": "acme/vault"]
    let jwt = "{type: openbao, login: {method: jwt, role: ci, jwtFrom: \"env:JOB\"}}"
    for (token, situation) in [
      (try issuer.token(claims, starts: 1200, ends: 1500), "a job's token that is not valid yet"),
      (try issuer.token(claims, starts: -1500, ends: -1200), "a job's token that has expired"),
      (try issuer.token(["repository": "eve/vault"]), "a job's token with other claims"),
    ] {
      try expectFailure(situation, store: jwt, environment: ["JOB": token], hiding: [token])
    }
    try expectFailure("no job's token", store: jwt)

    try await server.seal()
    try expectFailure("a sealed server")
    try it.sandbox.expectTranscript()
  }

  @Test func jobsLogInWithARoleOrWithTheirToken() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    try server.root.writePolicy("applier", policy("applier"))
    let it = try OpenBaoSandbox(server.root)
    try it.declare(["a"])
    let role = try server.root.makeAppRole("ci", ["applier"], lifetime: "10s")
    let nobody = server.root.with(token: "")
    try it.sandbox.writeProject(extra: "store: {type: openbao, login: {method: approle}}")
    let applied = try it.vaultctl(
      ["apply", "--auto-approve"], as: nobody,
      environment: ["BAO_ROLE_ID": role.roleID, "BAO_SECRET_ID": role.secretID])
    #expect(applied.status == 0, "\(applied.errorText)")
    let issuer = TestIssuer()
    let claims = ["repository": "acme/vault"]
    try server.root.makeJWTRole("ci", ["applier"], issuer: issuer, claims: claims)
    try it.sandbox.write(try issuer.token(claims), to: "job.jwt")
    for source in ["env:JOB", "file:job.jwt", "command"] {
      try it.sandbox.writeProject(
        extra: """
          store:
            type: openbao
            login: {method: jwt, role: ci, jwtFrom: "\(source)"}
            credentialsCommand: [sh, -c, "echo BAO_JWT=$(cat job.jwt)"]
          """)
      let plan = try it.vaultctl(
        ["plan", "--detailed-exitcode"], as: nobody,
        environment: ["JOB": try it.sandbox.read("job.jwt")])
      #expect(plan.status == 0, "\(source): \(plan.text)\(plan.errorText)")
    }
  }
}
