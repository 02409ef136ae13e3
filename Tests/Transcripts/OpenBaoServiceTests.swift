import Foundation
import TestAuthorizationServer
import TestOpenBao
import TestSupport
import Testing

/// `refresh --watch` beside a store whose clock is another one, and one that is sealed.
@Suite struct OpenBaoServiceTests {
  /// A project whose store is at this address, and the service of its machines' tokens.
  private func project(
    at address: String, _ bao: BaoServer, lifetime: Int
  ) async throws -> (test: TokenSandbox, server: HostileServer) {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "t0ken", "expires_in": \#(lifetime), "scope": "read"}"#)
    }
    let test = try TokenSandbox(
      server: server.address,
      project: """
        store:
          type: openbao
          address: \(address)
          credentialsCommand: [echo, "BAO_TOKEN=\(bao.root.token)"]
        """)
    return (test, server)
  }

  private func running(
    _ proxy: BaoProxy, _ bao: BaoServer, lifetime: Int
  ) async throws -> (test: TokenSandbox, service: RunningProgram, metrics: String) {
    let (test, server) = try await project(at: proxy.address, bao, lifetime: lifetime)
    defer { withExtendedLifetime(server) {} }
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let path = test.sandbox.folder.path + "/vaultctl.prom"
    let service = try RunningProgram(test.sandbox, ["refresh", "--watch", "--metrics-file", path])
    try await eventually("the token is renewed") {
      try metric("renewals_total", in: path).values.contains("1")
    }
    return (test, service, path)
  }

  /// The values of a metric, by the last of their labels.
  private func metric(_ name: String, in path: String) throws -> [String: String] {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return Dictionary(
      text.split(separator: "\n").filter { $0.hasPrefix("vaultctl_\(name){") }.map { line in
        let parts = line.split(separator: " ")
        let label = parts[0].split(separator: "\"").dropLast().last ?? ""
        return (String(label), String(parts.last ?? ""))
      }
    ) { $1 }
  }

  /// It is watched by this host's clock.
  @Test(arguments: [7200, -7200])
  func aServiceIsAliveWhereTheStoresClockIsAnotherOne(ahead: Int) async throws {
    let bao = try await BaoServer()
    defer { bao.end() }
    let proxy = try await BaoProxy(bao.root.address)
    defer { proxy.end() }
    proxy.setClock(ahead: ahead)
    let (test, service, path) = try await running(proxy, bao, lifetime: 86_400)
    let probe = try await test.vaultctl(["probe", "--ready", path])
    #expect(probe.status == 0, "\(probe.errorText)")
    for name in ["last_pass_timestamp_seconds", "last_success_timestamp_seconds"] {
      let time = try #require(try metric(name, in: path).values.first.flatMap { Double($0) })
      #expect(abs(time - Date().timeIntervalSince1970) < 600, "\(name)")
    }
    service.end()
    #expect(try await service.finished().status == 0)
  }

  /// A policy denies the data of one of two machines.
  @Test func aConnectionThatCannotBeReadHoldsUpNoOther() async throws {
    let bao = try await BaoServer()
    defer { bao.end() }
    let (test, server) = try await project(at: bao.root.address, bao, lifetime: 86_400)
    for name in ["payroll", "robot"] {
      try await test.apply(name, app: "machine", id: name, secret: "s3cret")
    }
    try bao.root.writePolicy(
      "renewer",
      """
      path "secret/*" { capabilities = ["create", "read", "update", "list"] }
      path "secret/data/vaultctl/payroll" { capabilities = ["deny"] }
      """)
    let project = try test.sandbox.read("vaultctl.yaml")
    let token = try bao.root.makeToken(["renewer"])
    try test.sandbox.write(project.replacing(bao.root.token, with: token), to: "vaultctl.yaml")
    let path = test.sandbox.folder.path + "/vaultctl.prom"
    let service = try RunningProgram(test.sandbox, ["refresh", "--watch", "--metrics-file", path])
    try await eventually("the other one is renewed") {
      try metric("renewals_total", in: path) == ["robot": "1"]
    }
    // It is tried again after a pause that becomes longer, and reported once.
    try await eventually("it is tried again") {
      (try metric("renewal_failures_total", in: path)["store"]).flatMap { Int($0) } ?? 0 >= 2
    }
    service.end()
    let ended = try await service.finished()
    #expect(ended.status == 0)
    #expect(ended.errorText.components(separatedBy: "error[").count == 2, "\(ended.errorText)")
    let refreshed = try await test.vaultctl(["refresh", "payroll", "robot"])
    #expect(refreshed.status == 4, "\(refreshed.text)\(refreshed.errorText)")
    #expect(server.calls.count == 2)
  }

  /// As `bao kv metadata put` leaves it: without its app and its record.
  @Test func aConnectionWhoseMetadataIsLostIsNotForgotten() async throws {
    let bao = try await BaoServer()
    defer { bao.end() }
    let proxy = try await BaoProxy(bao.root.address)
    defer { proxy.end() }
    let (test, first, path) = try await running(proxy, bao, lifetime: 86_400)
    first.end()
    #expect(try await first.finished().status == 0)
    try bao.root.order(
      "POST", "secret/metadata/vaultctl/robot", ["custom_metadata": [String: String]()])
    let service = try RunningProgram(test.sandbox, ["refresh", "--watch", "--metrics-file", path])
    try await service.waitForErrors("another tool replaced it in the store")
    try await eventually("it is an error") {
      try metric("connections", in: path)["error"] == "1"
    }
    #expect(try metric("token_expiry_timestamp_seconds", in: path).keys.sorted() == ["robot"])
    service.end()
    #expect(try await service.finished().status == 0)
    let refreshed = try await test.vaultctl(["refresh"])
    #expect(refreshed.status == 1, "\(refreshed.text)")
    #expect(refreshed.errorText.contains("`robot`"), "\(refreshed.errorText)")
    let used = try await test.vaultctl(["exec", "robot", "--", "/usr/bin/env"])
    #expect(used.status != 0 && !used.text.contains("ROBOT_"), "\(used.text)")
  }

  /// Nobody may take what was seen before for the present state.
  @Test func metricsSayThatTokensExpireWhileTheStoreIsAway() async throws {
    let bao = try await BaoServer()
    defer { bao.end() }
    let proxy = try await BaoProxy(bao.root.address)
    defer { proxy.end() }
    let (test, service, path) = try await running(proxy, bao, lifetime: 12)
    try await bao.seal()
    try await eventually("it is expired") {
      try metric("connections", in: path)["expired"] == "1"
    }
    #expect(try metric("connections", in: path)["ready"] == "0")
    // It is alive, and waits for the store.
    #expect(try await test.vaultctl(["probe", path]).status == 0)
    service.end()
    #expect(try await service.finished().status == 0)
  }
}
