import Foundation
import TestAuthorizationServer
import TestSupport
import Testing

/// Where secrets and tokens may be sent: to the hosts that were applied, and to no other, whatever is
/// merged. The whole project file is trusted here.
@Suite(.serialized) struct DestinationTests {
  /// The service, and somebody else's server. Both give tokens to everyone.
  private struct Servers {
    let service: HostileServer
    let other: HostileServer

    init() async throws {
      func server() async throws -> HostileServer {
        try await HostileServer { call in
          .body(#"{"access_token": "t0ken-\#(call.number)", "expires_in": 3600}"#)
        }
      }
      service = try await server()
      other = try await server()
    }
  }

  private static let apps = """
    apps:
      svc:
        setups:
          - type: oauth
            grant: client_credentials
            fields:
              - {name: client_id, required: true, secret: false}
              - {name: client_secret, required: true}
              - {name: token_endpoint, required: true, secret: false}
        oauth: {tokenEndpoint: "{token_endpoint}"}
    """

  /// A machine of an app with fixed endpoints, applied and with a token.
  private func prepared(_ servers: Servers) async throws -> TokenSandbox {
    let test = try TokenSandbox(server: servers.service.address)
    try await test.apply("robot", app: "machine", id: "robot", secret: "s3cr3t")
    try await test.expectFine(["refresh"], isRecorded: false)
    try test.sandbox.write(".vaultctl/\n", to: ".gitignore")
    try test.sandbox.git(["init", "--quiet", "--initial-branch=main"])
    try test.sandbox.git(["add", "--all"])
    #expect(try test.sandbox.git(["commit", "--quiet", "-m", "x"]).status == 0)
    return test
  }

  private func move(_ test: TokenSandbox, from old: String, to new: String, in file: String) throws
  {
    let text = try test.sandbox.read(file)
    try #require(text.contains(old))
    try test.sandbox.write(text.replacingOccurrences(of: old, with: new), to: file)
  }

  @Test func aMovedEndpointGetsNothingUntilItIsAllowed() async throws {
    let servers = try await Servers()
    let test = try await prepared(servers)
    try move(
      test, from: servers.service.address, to: servers.other.address, in: "vaultctl.yaml")

    let diff = try await test.vaultctl(["diff"])
    #expect(diff.text.contains("apps.machine.oauth.tokenEndpoint"))
    #expect(diff.text.contains("VC3042"))
    #expect(try await test.vaultctl(["diff", "--fail-on", "redirect"]).status == 3)
    let plan = try await test.vaultctl(["plan"])
    #expect(plan.status == 3, "\(plan.text)")
    #expect(plan.text.contains("VC3042") && plan.text.contains("sent to ="))

    try test.makeDue()
    for arguments in [
      ["refresh"], ["refresh", "robot"], ["authorize", "robot"], ["exec", "robot", "--", "true"],
      ["apply", "--auto-approve"], ["revoke", "robot", "--auto-approve"],
    ] { _ = try await test.vaultctl(arguments, isRecorded: false) }
    #expect(servers.other.calls.isEmpty, "\(servers.other.calls)")
    let refreshed = try await test.vaultctl(["refresh", "robot"], isRecorded: false)
    #expect(refreshed.status == 1)
    #expect(refreshed.errorText.contains("not a host that was applied"), "\(refreshed.errorText)")

    #expect(try await test.vaultctl(["plan", "--out", "p.plan"], isRecorded: false).status == 3)
    #expect(try await test.vaultctl(["apply", "p.plan"], isRecorded: false).status == 3)
    let allowed = ["plan", "--allow-redirect", "robot", "--out", "p.plan"]
    try await test.expectFine(allowed, isRecorded: false)
    #expect(servers.other.calls.isEmpty)
    try await test.expectFine(["apply", "p.plan"], isRecorded: false)
    #expect(
      try test.sql("SELECT json_extract(record, '$.provenance.redirects') FROM applied")
        == #"["robot"]"#, "the record says who allowed it")
    try await test.expectFine(["plan", "--detailed-exitcode"], isRecorded: false)
    try await test.expectFine(["refresh", "robot"], isRecorded: false)
    #expect(servers.other.calls.count == 1)
  }

  /// The address is a field of the setup: changed in the manifest, or by hand in the store.
  @Test func aTokenIsOnlyRequestedWhereItWasApplied() async throws {
    let servers = try await Servers()
    let test = try TokenSandbox(server: servers.service.address)
    try test.sandbox.writeProject(extra: Self.apps)
    try test.sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: robot}
      spec:
        app: svc
        setup:
          type: oauth
          client_id: robot
          client_secret: s3cr3t
          token_endpoint: \(servers.service.address)/token
      """, to: "connections/robot.yaml")
    try await test.expectFine(["encrypt"], isRecorded: false)
    try await test.expectFine(["apply", "--auto-approve"], isRecorded: false)
    try await test.expectFine(["refresh"], isRecorded: false)
    #expect(servers.service.calls.count == 1)

    // By hand in the store.
    let stored = try test.sql("SELECT plain FROM field WHERE name = 'token_endpoint'")
    let moved = stored.replacingOccurrences(
      of: servers.service.address.dropFirst(7), with: servers.other.address.dropFirst(7))
    #expect(moved != stored)
    try test.change("UPDATE field SET plain = '\(moved)' WHERE name = 'token_endpoint'")
    let refreshed = try await test.vaultctl(["refresh", "robot"], isRecorded: false)
    #expect(refreshed.status == 1 && refreshed.errorText.contains("not a host that was applied"))
    #expect(servers.other.calls.isEmpty)
    try test.change("UPDATE field SET plain = '\(stored)' WHERE name = 'token_endpoint'")

    // In the manifest.
    try move(
      test, from: servers.service.address, to: servers.other.address,
      in: "connections/robot.yaml")
    let apply = try await test.vaultctl(["apply", "--auto-approve"], isRecorded: false)
    #expect(apply.status == 3 && apply.text.contains("VC3042"))
    try await test.expectFine(
      ["apply", "--auto-approve", "--allow-redirect", "robot"], isRecorded: false)
    #expect(servers.service.calls.count == 1)
  }

  /// A record of the previous version does not say which hosts were applied.
  @Test func aRecordWithoutDestinationsAllowsNoOtherHost() async throws {
    let servers = try await Servers()
    let test = try await prepared(servers)
    let forget = "UPDATE applied SET record = json_remove(record, '$.destinations')"
    try test.change(forget)
    try await test.expectFine(["refresh", "robot"], isRecorded: false)
    #expect(servers.service.calls.count == 2, "the client that it was before")
    try move(
      test, from: servers.service.address, to: servers.other.address, in: "vaultctl.yaml")
    #expect(try await test.vaultctl(["refresh", "robot"], isRecorded: false).status == 1)
    try test.change("DELETE FROM token")
    #expect(try await test.vaultctl(["refresh", "robot"], isRecorded: false).status == 1)
    #expect(servers.other.calls.isEmpty)
    // The first plan that changes nothing else records them.
    try move(
      test, from: servers.other.address, to: servers.service.address, in: "vaultctl.yaml")
    try await test.expectFine(["apply", "--auto-approve"], isRecorded: false)
    try await test.expectFine(["refresh", "robot"], isRecorded: false)
    #expect(servers.service.calls.count == 3)
  }

  @Test func aBuiltInAppKeepsItsSecrets() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: tenant}
      spec:
        app: auth0
        setup: {type: oauth_app, client_id: id, client_secret: s3cr3t, domain: a.example.com}
      """, to: "connections/tenant.yaml")
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    func app(_ setup: String) -> String {
      """
      apps:
        auth0:
          setups: [\(setup)]
          oauth: {tokenEndpoint: "https://evil.example.com/token"}
      """
    }
    let fields = "{name: client_id, secret: false}, {name: domain, secret: false}"
    for setup in [
      "{type: oauth_app, fields: [{name: client_secret, secret: false}, \(fields)]}",
      "{type: oauth_app, open: true, fields: [\(fields)]}",
      "{type: other, open: true, fields: []}",
    ] {
      try sandbox.writeProject(extra: app(setup))
      for arguments in [["validate"], ["plan"], ["encrypt"], ["hooks", "check"], ["status"]] {
        let finished = try sandbox.vaultctl(arguments, isRecorded: false)
        #expect(finished.status == 1, "\(arguments): \(finished.text)")
        #expect(finished.errorText.contains("VC1206"), "\(finished.errorText)")
        #expect(!(finished.text + finished.errorText).contains("s3cr3t"))
      }
    }
    try sandbox.writeProject(
      extra: app("{type: oauth_app, fields: [{name: client_secret}, \(fields)]}"))
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    let validated = try sandbox.vaultctl(["validate"])
    #expect(validated.status == 0 && (validated.text + validated.errorText).contains("VC3043"))
    let plan = try sandbox.vaultctl(["plan"])
    #expect(plan.status == 0 && plan.text.contains("evil.example.com"))
    #expect(
      try sandbox.vaultctl(["plan", "--fail-on", "app-override"], isRecorded: false).status == 3)
    try sandbox.expectTranscript()
  }

  // MARK: The settings of a project file, by their structure

  /// A setting and its value before and after; also one that no version knows today.
  @Test func aDiffShowsEverySetting() throws {
    let sandbox = try Sandbox()
    let bao = "address: https://bao.example.com"
    let apps = "setups: [{type: key, fields: [{name: token}]}]"
    let cases: [(name: String, old: String, new: String)] = [
      (
        "store.credentialsCommand", "store: {type: openbao, \(bao)}",
        "store: {type: openbao, \(bao), credentialsCommand: [sh, -c, evil]}"
      ),
      (
        "store.login.role",
        "store: {type: openbao, \(bao), login: {method: jwt, role: a, jwtFrom: \"env:A\"}}",
        "store: {type: openbao, \(bao), login: {method: jwt, role: b, jwtFrom: \"env:A\"}}"
      ),
      (
        "store.login.jwtFrom",
        "store: {type: openbao, \(bao), login: {method: jwt, role: a, jwtFrom: \"env:A\"}}",
        "store: {type: openbao, \(bao), login: {method: jwt, role: a, jwtFrom: \"env:B\"}}"
      ),
      ("tokens.marginSeconds", "tokens: {marginSeconds: 60}", "tokens: {marginSeconds: 61}"),
      ("policy.failOn", "policy: {failOn: [drift]}", "policy: {}"),
      (
        "apps.crm.setups[key].fields[token].secret", "apps: {crm: {\(apps)}}",
        "apps: {crm: {setups: [{type: key, fields: [{name: token, secret: false}]}]}}"
      ),
      (
        "apps.crm.oauth.tokenEndpoint",
        "apps: {crm: {\(apps), oauth: {tokenEndpoint: \"https://a.example.com/t\"}}}",
        "apps: {crm: {\(apps), oauth: {tokenEndpoint: \"https://b.example.com/t\"}}}"
      ),
      (
        "apps.crm.actions[send].scopes",
        "apps: {crm: {\(apps), actions: [{action: send, scopes: [a]}]}}",
        "apps: {crm: {\(apps), actions: [{action: send, scopes: [a, b]}]}}"
      ),
      (
        "environments.dev.store.path", "environments: {dev: {overlay: dev}}",
        "environments: {dev: {overlay: dev, store: {type: sqlite, path: .vaultctl/dev.db}}}"
      ),
      ("store.ledger", "store: {type: sqlite, ledger: git}", "store: {type: sqlite}"),
    ]
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    for (name, old, new) in cases {
      try sandbox.writeProject(extra: old)
      try sandbox.git(["add", "--all"])
      #expect(try sandbox.git(["commit", "--quiet", "--allow-empty", "-m", name]).status == 0)
      try sandbox.writeProject(extra: new)
      let diff = try sandbox.vaultctl(["diff", "--detailed-exitcode"], isRecorded: false)
      #expect(diff.status == 2, "\(name): \(diff.text)\(diff.errorText)")
      #expect(diff.text.contains("~ \(name)\n"), "\(name): \(diff.text)")
    }
  }
}
