import Foundation
import TestOpenBao
import TestSupport
import Testing

/// What users meet: policies that allow just what is needed, and what goes wrong with a server.
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
    let refused = try it.vaultctl(["apply", "--auto-approve"], as: planner)
    #expect(refused.status == 1 && refused.errorText.contains("error[VC4016]"))
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
    let plan = try it.fine(["plan", "--detailed-exitcode"], as: planner, status: 2)
    #expect(plan.text.contains("(secret: rotated)"), "its keyed digest tells")
    try it.fine(["status"], as: planner)
    try it.fine(["history", "a"], as: planner)
    // Changed by somebody else: that it was shows, and what did does not.
    try server.root.order("POST", "secret/data/vaultctl/a", ["data": ["token": "theirs"]])
    let drift = try it.fine(["plan", "--target", "a"], as: planner)
    #expect(drift.text.contains("something that the store does not show"), "\(drift.text)")
    let calls = try server.auditedCalls().dropFirst(before)
    let data = calls.filter {
      $0.operation == "read" && $0.path.hasPrefix("secret/data/")
        && !$0.path.hasPrefix("secret/data/vaultctl-state/")
    }
    #expect(data.isEmpty, "\(data)")
    #expect(calls.contains { $0.path == "secret/detailed-metadata/vaultctl/" })
    #expect(calls.contains { $0.path == "secret/data/vaultctl-state/key" })
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

  @Test func everyFailureHasWordsOfItsOwn() async throws {
    let authority = try TestAuthority()
    let server = try await BaoServer(authority: authority)
    defer { server.end() }
    let root = server.root
    try await root.mountKV("old", version: 1)
    try root.writePolicy(
      "listing", #"path "secret/metadata/vaultctl/*" { capabilities = ["list"] }"#)
    let it = try OpenBaoSandbox(root)
    try it.declare(["a"])
    func expect(
      _ code: String, _ words: String..., store: String = "{type: openbao}",
      as client: BaoClient? = nil, environment: [String: String] = [:],
      hiding secrets: [String] = []
    ) throws {
      try it.sandbox.writeProject(extra: "store: \(store)")
      let found = try it.vaultctl(["plan", "-vvv"], as: client, environment: environment)
      #expect(found.status == 1, "\(words): \(found.text)")
      #expect(found.errorText.contains("error[\(code)]"), "\(words): \(found.errorText)")
      for word in words { #expect(found.errorText.contains(word), "\(found.errorText)") }
      for secret in secrets {
        #expect(!(found.text + found.errorText).contains(secret), "\(words)")
      }
    }
    try expect("VC4023", "BAO_CACERT", environment: ["BAO_CACERT": ""])
    try expect("VC4023", "namespace", as: root.within(namespace: "nobody"))
    try expect("VC4023", "nothing is mounted at `none/`", store: "{type: openbao, mount: none}")
    try expect("VC4023", "KV version 1", "enable-versioning", store: "{type: openbao, mount: old}")
    try expect(
      "VC4015", "the token is not valid", "BAO_TOKEN", as: root.with(token: "s.wr0ng"),
      hiding: ["s.wr0ng"])
    try expect("VC4015", "there is no token", environment: ["BAO_TOKEN": ""])
    try expect(
      "VC4016", "read on `secret/metadata/vaultctl/a`",
      as: root.with(
        token: try {
          try root.order("POST", "secret/data/vaultctl/a", ["data": ["k": "v"]])
          return try root.makeToken(["listing"])
        }()))
    try expect(
      "VC4001", environment: ["BAO_ADDR": "http://127.0.0.1:9"])

    let role = try root.makeAppRole("ci", ["listing"])
    let approle = "{type: openbao, login: {method: approle}}"
    try expect(
      "VC4015", "invalid role or secret ID", store: approle,
      environment: ["BAO_ROLE_ID": role.roleID, "BAO_SECRET_ID": "wr0ng-s3cret"],
      hiding: ["wr0ng-s3cret", role.roleID])
    try expect("VC4015", "BAO_SECRET_ID", store: approle, environment: ["BAO_ROLE_ID": "x"])
    let issuer = TestIssuer()
    try root.makeJWTRole("ci", ["listing"], issuer: issuer, claims: ["repository": "acme/vault"])
    let claims = ["repository": "acme/vault"]
    let jwt = "{type: openbao, login: {method: jwt, role: ci, jwtFrom: \"env:JOB\"}}"
    for (token, words) in [
      (try issuer.token(claims, starts: 1200, ends: 1500), "not valid yet"),
      (try issuer.token(claims, starts: -1500, ends: -1200), "has expired"),
      (try issuer.token(["repository": "eve/vault"]), "the login was refused"),
    ] {
      try expect("VC4015", words, store: jwt, environment: ["JOB": token], hiding: [token])
    }
    try expect("VC4015", "there is no JOB", store: jwt)

    try await server.seal()
    try expect("VC4001", "it is sealed", "bao operator unseal")
  }

  @Test func jobsLogInByRoleAndByTheirToken() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    try server.root.writePolicy("applier", policy("applier"))
    let it = try OpenBaoSandbox(server.root)
    try it.declare(["a"])
    // Short-lived, so that it is renewed on the way.
    let role = try server.root.makeAppRole("ci", ["applier"], lifetime: "2s")
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
