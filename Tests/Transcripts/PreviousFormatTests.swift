import Foundation
import TestAuthorizationServer
import TestOpenBao
import TestSupport
import TestTenant
import Testing

/// Stores and ledgers that the version before records had owners wrote, under
/// `Tests/Fixtures/previous`, are upgraded and used.
///
/// With `VAULTCTL_PREVIOUS`, the path of a program of that version, they are written again first.
@Suite(.serialized) struct PreviousFormatTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fixtures/previous").standardizedFileURL.path
  private static func apps(_ server: HostileServer) -> String {
    machineApp(
      oauth: #"{tokenEndpoint: "\#(server.address)/token", accessTokens: {neverExpire: true}}"#)
  }
  private static let robot = """
    apiVersion: vaultctl/v1
    kind: Connection
    metadata: {name: robot}
    spec:
      app: machine
      setup: {type: oauth, client_id: robot, client_secret: s3cr3t}
    """

  // MARK: Writing with the previous program

  private struct PreviousProgram: Sendable {
    let path: String
    let sandbox: Sandbox

    init?() throws {
      guard let path = ProcessInfo.processInfo.environment["VAULTCTL_PREVIOUS"] else { return nil }
      self.path = path
      sandbox = try Sandbox()
    }

    func run(_ arguments: [String], _ environment: [String: String] = [:]) async throws {
      let variables = [
        "GNUPGHOME": sandbox.home.path, "PATH": "/usr/bin:/bin", "HOME": sandbox.folder.path,
        "USER": "tester",
      ].merging(environment) { $1 }
      let finished = try await apart { [path, sandbox] in
        try TestSupport.run(path, arguments, in: sandbox.folder.path, environment: variables)
      }
      try #require(finished.status == 0, "\(arguments): \(finished.errorText)")
    }

    func project(_ extra: String) throws {
      try sandbox.writeProject(extra: extra)
      let file = try sandbox.read("vaultctl.yaml")
      try sandbox.write(
        file.replacing("id: sandbox0sandbox0sand\n", with: ""), to: "vaultctl.yaml")
    }

    /// Keeps files of the project, and the key that opens them.
    func keep(_ files: [String], as name: String) throws {
      let target = PreviousFormatTests.folder + "/" + name
      try? FileManager.default.removeItem(atPath: target)
      for file in files + ["vaultctl.yaml"] {
        let to = target + "/" + file.replacing(".vaultctl/", with: "")
        try FileManager.default.createDirectory(
          atPath: (to as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          atPath: sandbox.folder.path + "/" + file, toPath: to)
      }
      let key = try sandbox.home.gpg([
        "--pinentry-mode", "loopback", "--passphrase", "", "--armor", "--export-secret-keys",
        sandbox.key,
      ])
      try key.output.write(to: URL(fileURLWithPath: target + "/key.asc"))
    }
  }

  private func tokenServer() async throws -> HostileServer {
    try await HostileServer { call in
      .body(#"{"access_token": "t0ken-\#(call.number)"}"#)
    }
  }

  private static let manifests = ["connections/api.yaml", "connections/robot.yaml"]

  private func declare(_ previous: PreviousProgram, robot: Bool = true) async throws {
    try previous.sandbox.write(httpManifest("api", token: "v4lue"), to: "connections/api.yaml")
    if robot { try previous.sandbox.write(Self.robot, to: "connections/robot.yaml") }
    try await previous.run(["encrypt"])
  }

  // MARK: Reading with this one

  /// The project as it was kept, with its key.
  private func project(_ name: String) throws -> Sandbox {
    let sandbox = try Sandbox()
    let source = Self.folder + "/" + name
    for file in try FileManager.default.subpathsOfDirectory(atPath: source)
    where file.hasSuffix(".yaml") {
      try sandbox.write(
        String(contentsOfFile: source + "/" + file, encoding: .utf8), to: file)
    }
    try sandbox.home.gpg(["--import", source + "/key.asc"])
    return sandbox
  }

  private func expectRefusedAndUpgraded(
    _ sandbox: Sandbox, _ environment: [String: String] = [:], claims: Bool = true
  ) async throws {
    func vaultctl(_ arguments: [String]) async throws -> Finished {
      try await apart {
        try sandbox.vaultctl(arguments, environment: environment, isRecorded: false)
      }
    }
    let refused = try await vaultctl(["plan"])
    #expect(refused.status == 1 && refused.errorText.contains("VC1218"), "\(refused.errorText)")
    let file = try sandbox.read("vaultctl.yaml")
    let shown = try await vaultctl(["upgrade", "--dry-run"])
    #expect(shown.status == 0 && shown.text.contains("(dry run)"), "\(shown.errorText)")
    #expect(try sandbox.read("vaultctl.yaml") == file)
    // The new id is a part of what is trusted, so it is approved before anything is claimed.
    let first = try await vaultctl(["upgrade", "--auto-approve"])
    #expect(first.text.contains("The project has an id now"), "\(first.text)")
    let upgraded = try await vaultctl(["upgrade", "--auto-approve"])
    #expect(upgraded.status == 0, "\(upgraded.text)\(upgraded.errorText)")
    func claimed(_ finished: Finished) -> Substring? {
      finished.text.firstMatch(of: /Claimed: \d+\./)?.output
    }
    #expect((claimed(upgraded) != nil) == claims, "\(upgraded.text)")
    #expect(claimed(shown) == claimed(upgraded), "\(shown.text)")
    for arguments in [
      ["plan"], ["apply", "--auto-approve"], ["plan", "--detailed-exitcode"], ["status"],
    ] {
      let finished = try await vaultctl(arguments)
      #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
      let plans = finished.text.contains("Plan: ")
      #expect(!plans || finished.text.contains("0 to create"), "\(finished.text)")
    }
  }

  private func expectToken(
    _ sandbox: Sandbox, _ environment: [String: String] = [:]
  ) async throws {
    let token = try await apart {
      try sandbox.vaultctl(
        ["exec", "robot", "--", "printenv", "ROBOT_ACCESS_TOKEN"], environment: environment,
        isRecorded: false)
    }
    #expect(token.text == "t0ken-1\n", "\(token.text)\(token.errorText)")
  }

  @Test func aSQLiteStore() async throws {
    if let previous = try PreviousProgram() {
      let server = try await tokenServer()
      defer { server.end() }
      try previous.project(Self.apps(server))
      try await declare(previous)
      try await previous.run(["apply", "--auto-approve"])
      try await previous.run(["refresh"])
      try previous.keep(Self.manifests + [".vaultctl/vault.db"], as: "sqlite")
    }
    let sandbox = try sqliteProject()
    try await expectRefusedAndUpgraded(sandbox, claims: false)
    try await expectToken(sandbox)
    try expectCodes(sandbox)
  }

  private func sqliteProject() throws -> Sandbox {
    let sandbox = try project("sqlite")
    let store = sandbox.folder.path + "/.vaultctl"
    try FileManager.default.createDirectory(
      atPath: store, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try FileManager.default.copyItem(
      atPath: Self.folder + "/sqlite/vault.db", toPath: store + "/vault.db")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: store + "/vault.db")
    return sandbox
  }

  private func expectCodes(_ sandbox: Sandbox) throws {
    let plan = try sandbox.vaultctl(["plan", "--detailed-exitcode"], isRecorded: false)
    #expect(plan.status == 0 && !plan.text.contains("VC4028"), "\(plan.text)")
    let verified = try sandbox.vaultctl(["store", "verify"], isRecorded: false)
    #expect(verified.status == 0 && !verified.errorText.contains("no codes"))
  }

  /// Pipelines apply saved plans alone.
  @Test func aSQLiteStoreGetsItsCodesByASavedPlan() async throws {
    let sandbox = try sqliteProject()
    for _ in 0..<2 { _ = try sandbox.vaultctl(["upgrade", "--auto-approve"], isRecorded: false) }
    let plan = try sandbox.vaultctl(["plan", "--out", "it.plan"], isRecorded: false)
    #expect(
      plan.status == 0 && plan.text.components(separatedBy: "VC4028").count == 2, "\(plan.text)")
    let applied = try sandbox.vaultctl(["apply", "it.plan"], isRecorded: false)
    #expect(applied.status == 0, "\(applied.errorText)")
    #expect(applied.errorText.contains("are protected from now on"), "\(applied.errorText)")
    try expectCodes(sandbox)
  }

  @Test func anOpenBaoEngine() async throws {
    if let previous = try PreviousProgram() {
      let bao = try await BaoServer()
      let server = try await tokenServer()
      defer {
        server.end()
        bao.end()
      }
      try previous.project("store: {type: openbao}\n" + Self.apps(server))
      try await declare(previous)
      try await previous.run(["apply", "--auto-approve"], bao.root.environment)
      try await previous.run(["refresh"], bao.root.environment)
      try previous.keep(Self.manifests, as: "openbao")
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(BaoTree(of: bao.root)).write(
        to: URL(fileURLWithPath: Self.folder + "/openbao/engine.json"))
    }
    let sandbox = try project("openbao")
    let bao = try await BaoServer()
    defer { bao.end() }
    let file = URL(fileURLWithPath: Self.folder + "/openbao/engine.json")
    let tree = try JSONDecoder().decode(BaoTree.self, from: Data(contentsOf: file))
    try tree.put(into: bao.root)
    try await expectRefusedAndUpgraded(sandbox, bao.root.environment)
    try await expectToken(sandbox, bao.root.environment)
  }

  @Test func aTenantWithALedgerInGit() async throws {
    if let previous = try PreviousProgram() {
      let tenant = try await TestTenant()
      try previous.project(
        "store: {type: auth0, domain: test.eu.auth0.com, baseURL: \"\(tenant.address)\"}")
      try previous.sandbox.git(["init", "--quiet", "--initial-branch=main"])
      try await declare(previous, robot: false)
      try await previous.run(["apply", "--auto-approve"], TenantSandbox.login)
      try previous.sandbox.git(["bundle", "create", "--quiet", "ledger.bundle", "--all"])
      let text = try previous.sandbox.read("vaultctl.yaml")
      try previous.sandbox.write(
        text.replacing(tenant.address, with: "http://tenant.example.com"), to: "vaultctl.yaml")
      try previous.keep(["connections/api.yaml", "ledger.bundle"], as: "tenant")
      try JSONEncoder().encode(await tenant.state.saved()).write(
        to: URL(fileURLWithPath: Self.folder + "/tenant/tenant.json"))
    }
    let tenant = try await TestTenant()
    let file = URL(fileURLWithPath: Self.folder + "/tenant/tenant.json")
    await tenant.state.restore(
      try JSONDecoder().decode(TenantState.Saved.self, from: Data(contentsOf: file)))
    let sandbox = try project("tenant")
    let text = try sandbox.read("vaultctl.yaml")
    try sandbox.write(
      text.replacing("http://tenant.example.com", with: tenant.address), to: "vaultctl.yaml")
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    let fetched = try sandbox.git([
      "fetch", "--quiet", Self.folder + "/tenant/ledger.bundle", "+refs/*:refs/*",
    ])
    #expect(fetched.status == 0, "\(fetched.errorText)")
    try await expectRefusedAndUpgraded(sandbox, TenantSandbox.login)
  }
}
