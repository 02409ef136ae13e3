import Foundation
import Synchronization
import TestAuthorizationServer
import TestSupport
import Testing

/// Endpoints that an app leaves to its issuer.
@Suite(.serialized) struct DiscoveryTests {
  /// A project whose app `machine` gives an issuer alone.
  private func sandbox(_ issuer: String, more: String = "") throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(
      extra: machineApp(oauth: #"{issuer: "\#(issuer)"\#(more)}"#))
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: robot}
      spec:
        app: machine
        setup: {type: oauth, client_id: machine, client_secret: machine-s3cr3t}
        scopes: [read]
      """, to: "connections/robot.yaml")
    return sandbox
  }

  private func vaultctl(_ sandbox: Sandbox, _ arguments: String...) async throws -> Finished {
    try await apart { try sandbox.vaultctl(arguments) }
  }

  /// django-oauth-toolkit's own metadata.
  @Test func anAuthorizationServersMetadataFillsTheEndpoints() async throws {
    let server = try await DjangoOAuth()
    let sandbox = try sandbox(server.address + "/o")
    #expect(try await vaultctl(sandbox, "encrypt").status == 0)
    let plan = try await vaultctl(sandbox, "plan")
    #expect(
      plan.text.contains("token_endpoint=\(server.address)/o/token/"),
      "\(plan.text)\(plan.errorText)")
    #expect(try await server.asked().isEmpty)
    let applied = try await vaultctl(sandbox, "apply", "--auto-approve")
    #expect(applied.status == 0, "\(applied.errorText)")
    let renewed = try await vaultctl(sandbox, "refresh", "robot")
    #expect(renewed.status == 0, "\(renewed.text)\(renewed.errorText)")
    #expect(try await server.asked() == ["client_credentials"])
    let again = try await vaultctl(sandbox, "plan", "--detailed-exitcode")
    #expect(again.status == 0, "\(again.text)\(again.errorText)")
  }

  /// What was approved has the endpoints of the issuer, and the manifests have not.
  @Test func aSavedPlanIsApplied() async throws {
    let issuer = try await Issuer()
    issuer.answer(issuer.metadata(#""token_endpoint": "\#(issuer.address)/one""#))
    let sandbox = try sandbox(issuer.address)
    for arguments in [
      ["encrypt"], ["plan", "--out", "it.plan"], ["apply", "it.plan"], ["refresh", "robot"],
      ["plan", "--detailed-exitcode"],
    ] {
      let finished = try await apart { try sandbox.vaultctl(arguments) }
      #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
    }
    #expect(issuer.tokenRequests == ["/one"])
    // Endpoints that moved since are not what was approved.
    issuer.answer(issuer.metadata(#""token_endpoint": "\#(issuer.address)/two""#))
    let moved = try await vaultctl(
      sandbox, "plan", "--out", "two.plan", "--allow-redirect", "robot")
    #expect(moved.status == 0, "\(moved.text)\(moved.errorText)")
    issuer.answer(issuer.metadata(#""token_endpoint": "\#(issuer.address)/three""#))
    let stale = try await vaultctl(sandbox, "apply", "two.plan")
    #expect(stale.status == 1, "\(stale.text)\(stale.errorText)")
    _ = try await vaultctl(sandbox, "refresh", "robot")
    #expect(issuer.tokenRequests == ["/one", "/one"])
  }

  private final class Issuer: Sendable {
    let server: HostileServer
    private let box: Box

    init() async throws {
      let box = Box()
      self.box = box
      server = try await HostileServer { call in
        call.path.contains("/.well-known/")
          ? box.answer.withLock { $0 }
          : .body(#"{"access_token": "t0ken", "expires_in": 3600}"#)
      }
    }

    private final class Box: Sendable {
      let answer = Mutex(HostileServer.Answer.body("", status: 404))
    }

    var address: String { server.address }

    func answer(_ answer: HostileServer.Answer) { box.answer.withLock { $0 = answer } }

    /// Right metadata with some members.
    func metadata(_ members: String) -> HostileServer.Answer {
      .body(#"{"issuer": "\#(address)", \#(members)}"#)
    }

    var tokenRequests: [String] {
      server.calls.map(\.path).filter { !$0.contains("/.well-known/") }
    }
  }

  enum Attack: String, CaseIterable {
    case otherIssuer, slash, redirect, huge, plainHTTP, credentialsInURL, template, noEndpoint,
      page,
      broken
  }

  @Test(arguments: Attack.allCases)
  func metadataThatCannotBeTrustedIsRefused(attack: Attack) async throws {
    let issuer = try await Issuer()
    let good = #""token_endpoint": "\#(issuer.address)/token""#
    let answer: HostileServer.Answer =
      switch attack {
      case .otherIssuer: .body(#"{"issuer": "https://evil.example", \#(good)}"#)
      case .slash: .body(#"{"issuer": "\#(issuer.address)/", \#(good)}"#)
      case .redirect: .body("", status: 302, headers: ["Location": "\(issuer.address)/token"])
      case .huge: .body(String(repeating: " ", count: 2 << 20) + "{}")
      case .plainHTTP: issuer.metadata(#""token_endpoint": "http://id.example.com/token""#)
      case .credentialsInURL: issuer.metadata(#""token_endpoint": "https://a:b@id.example.com/""#)
      case .template: issuer.metadata(#""token_endpoint": "https://{client_secret}.example.com/""#)
      case .noEndpoint: issuer.metadata(#""revocation_endpoint": "\#(issuer.address)/revoke""#)
      case .page: .body("<!doctype html><p>hello")
      case .broken: .body("", status: 500)
      }
    issuer.answer(answer)
    let sandbox = try sandbox(issuer.address)
    #expect(try await vaultctl(sandbox, "encrypt").status == 0)
    for arguments in [["plan"], ["apply", "--auto-approve"]] {
      let refused = try await apart { try sandbox.vaultctl(arguments) }
      #expect(refused.status == 1, "\(refused.text)")
      #expect(
        refused.errorText.contains("error[VC5031]: the endpoints of issuer `\(issuer.address)`"),
        "\(refused.errorText)")
    }
    #expect(issuer.tokenRequests.isEmpty)
  }

  @Test func anEndpointThatMovesMustBeAllowed() async throws {
    let issuer = try await Issuer()
    issuer.answer(issuer.metadata(#""token_endpoint": "\#(issuer.address)/one""#))
    let sandbox = try sandbox(issuer.address)
    for arguments in [["encrypt"], ["apply", "--auto-approve"], ["refresh", "robot"]] {
      let finished = try await apart { try sandbox.vaultctl(arguments) }
      #expect(finished.status == 0, "\(arguments): \(finished.errorText)")
    }
    // At the same host, which may serve others too.
    issuer.answer(issuer.metadata(#""token_endpoint": "\#(issuer.address)/two""#))
    let plan = try await vaultctl(sandbox, "plan")
    #expect(plan.text.contains("VC3042"), "\(plan.text)")
    #expect(plan.text.contains("token_endpoint=\(issuer.address)/two"))
    let apply = try await vaultctl(sandbox, "apply", "--auto-approve")
    #expect(apply.status == 3, "\(apply.text)\(apply.errorText)")
    // Until then, what was applied is used.
    _ = try await vaultctl(sandbox, "refresh", "robot")
    #expect(issuer.tokenRequests == ["/one", "/one"])
    let allowed = try await vaultctl(
      sandbox, "apply", "--auto-approve", "--allow-redirect", "robot")
    #expect(allowed.status == 0, "\(allowed.text)\(allowed.errorText)")
    _ = try await vaultctl(sandbox, "refresh", "robot")
    #expect(issuer.tokenRequests.last == "/two")
  }

  @Test func metadataThatIsAwayLaterLeavesWhatWasRecorded() async throws {
    let issuer = try await Issuer()
    issuer.answer(issuer.metadata(#""token_endpoint": "\#(issuer.address)/one""#))
    let sandbox = try sandbox(issuer.address)
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      #expect(try await apart { try sandbox.vaultctl(arguments).status } == 0)
    }
    let asked = issuer.server.calls.count
    for arguments in [["status"], ["refresh", "robot"]] {
      let finished = try await apart { try sandbox.vaultctl(arguments) }
      #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
    }
    #expect(issuer.server.calls.count == asked + 1, "one token request alone")
    issuer.answer(.body("", status: 503))
    let plan = try await vaultctl(sandbox, "plan", "--detailed-exitcode")
    #expect(plan.status == 0 && plan.text.contains("VC5031"), "\(plan.text)\(plan.errorText)")
    #expect(try await vaultctl(sandbox, "refresh", "robot").status == 0)
  }

  /// A connection is not recorded as if it had no endpoints.
  @Test func anImportWithoutMetadataRecordsNothing() async throws {
    let issuer = try await Issuer()
    issuer.answer(issuer.metadata(#""token_endpoint": "\#(issuer.address)/one""#))
    let sandbox = try sandbox(issuer.address)
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      #expect(try await apart { try sandbox.vaultctl(arguments).status } == 0)
    }
    try FileManager.default.removeItem(
      atPath: sandbox.folder.path + "/connections/robot.yaml")
    _ = try await apart { try sandbox.changeStore("DELETE FROM applied") }
    issuer.answer(.body("", status: 503))
    let imported = try await vaultctl(sandbox, "import", "--all")
    #expect(imported.status == 4, "\(imported.text)\(imported.errorText)")
    #expect(imported.errorText.contains("VC5031"), "\(imported.errorText)")
    #expect(imported.errorText.contains("vaultctl apply --adopt"), "\(imported.errorText)")
    issuer.answer(issuer.metadata(#""token_endpoint": "\#(issuer.address)/one""#))
    let adopted = try await vaultctl(sandbox, "apply", "--adopt", "--auto-approve")
    #expect(
      adopted.status == 0 && adopted.text.contains("1 adopted"),
      "\(adopted.text)\(adopted.errorText)")
    #expect(try await vaultctl(sandbox, "refresh", "robot").status == 0)
  }

  /// A pull request names an issuer of its own.
  @Test func aPlanAsksNoIssuerThatIsNotTrusted() async throws {
    let issuer = try await Issuer()
    issuer.answer(issuer.metadata(#""token_endpoint": "\#(issuer.address)/one""#))
    let sandbox = try Sandbox(isTrusted: false)
    try sandbox.writeProject(
      extra: """
        apps:
          machine:
            setups: [{type: oauth, grant: client_credentials, fields: [{name: client_id, secret: false}]}]
            oauth: {issuer: "\(issuer.address)"}
        """)
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: robot}
      spec: {app: machine, setup: {type: oauth, client_id: machine}}
      """, to: "connections/robot.yaml")
    for arguments in [["plan"], ["status"], ["validate"], ["apply", "--auto-approve"]] {
      _ = try await apart { try sandbox.vaultctl(arguments) }
    }
    #expect(issuer.server.calls.isEmpty)
    let digest = try await apart {
      try sandbox.vaultctl(["trust", "--digest"]).text
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let trusted = try await apart {
      try sandbox.vaultctl(["plan"], environment: ["VAULTCTL_TRUST_DIGEST": digest])
    }
    #expect(trusted.status == 0 && !issuer.server.calls.isEmpty, "\(trusted.errorText)")
  }

  @Test(
    arguments: [
      "http://id.example.com", "https://{domain}/", "https://id.example.com/?a=b", "id.example.com",
    ])
  func anIssuerIsAFixedAddress(issuer: String) async throws {
    let refused = try await vaultctl(try sandbox(issuer), "validate")
    #expect(refused.status == 1 && refused.errorText.contains("VC1206"), "\(refused.errorText)")
  }
}
