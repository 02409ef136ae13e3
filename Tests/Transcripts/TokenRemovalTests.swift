import Foundation
import Synchronization
import TestAuthorizationServer
import TestOpenBao
import TestSupport
import Testing

/// Tokens of connections that are deleted or replaced: revoked first, forgotten last.
@Suite(.serialized) struct TokenRemovalTests {
  private static let apply = ["apply", "--auto-approve", "--prune", "--force"]

  /// A service that issues tokens, and knows which were revoked.
  private final class Service: Sendable {
    let server: HostileServer
    private let state: SharedState

    private final class SharedState: Sendable {
      let revoked = Mutex<[String]>([])
      let refuses = Mutex(false)
    }

    init() async throws {
      let state = SharedState()
      self.state = state
      server = try await HostileServer { call in
        guard call.path.contains("revoke") else {
          return .body(#"{"access_token": "t0ken-\#(call.number)", "expires_in": 3600}"#)
        }
        if state.refuses.withLock({ $0 }) {
          return .body(#"{"error": "server_error"}"#, status: 503)
        }
        state.revoked.withLock { $0.append(call.form["token"] ?? "") }
        return .body("")
      }
    }

    var revocations: [String] { state.revoked.withLock { $0 } }
    func refuse(_ refuses: Bool = true) { state.refuses.withLock { $0 = refuses } }
    func forget() { state.revoked.withLock { $0 = [] } }
  }

  private func prepared(_ service: Service, store: String = "") async throws -> TokenSandbox {
    let test = try TokenSandbox(
      server: service.server.address, revokesMachines: true, project: store)
    try await test.apply("kept", app: "machine", id: "kept", secret: "s3cr3t")
    try await test.apply("robot", app: "machine", id: "robot", secret: "s3cr3t")
    try await test.expectFine(["refresh"], isRecorded: false)
    return test
  }

  private func project(_ bao: String, _ token: String) -> String {
    """
    store:
      type: openbao
      address: \(bao)
      credentialsCommand: [echo, "BAO_TOKEN=\(token)"]
    """
  }

  private func remove(_ test: TokenSandbox) throws {
    try FileManager.default.removeItem(atPath: test.sandbox.folder.path + "/connections/robot.yaml")
  }

  /// The same name with another app.
  private func replace(_ test: TokenSandbox) throws {
    try test.sandbox.write(httpManifest("robot", token: "t"), to: "connections/robot.yaml")
  }

  private func tokenFolders(_ root: BaoClient, _ folder: String = "refresh") throws -> Int {
    try root.call(
      "GET", "secret/metadata/vaultctl-tokens/sandbox0sandbox0sand/\(folder)/?list=true"
    )
    .value("data", "keys", as: [String].self)?.count ?? 0
  }

  @Test(arguments: [false, true])
  func aFailedRevocationIsReportedAndDecidesTheExitCode(isReplaced: Bool) async throws {
    let service = try await Service()
    let test = try await prepared(service)
    if isReplaced {
      try replace(test)
      try await test.expectFine(["encrypt"], isRecorded: false)
    } else {
      try remove(test)
    }
    service.refuse()
    let finished = try await test.vaultctl(Self.apply)
    #expect(finished.status == 4, "\(finished.text)\(finished.errorText)")
    #expect(finished.errorText.contains("VC5008"))
    #expect(try test.sql("SELECT count(*) FROM token") == "1")
    try await test.expectFine(["plan", "--detailed-exitcode"], isRecorded: false)
  }

  /// The app's endpoints are at another host since the connections were applied.
  @Test func aClientThatCannotBeAskedIsReportedWithItsReason() async throws {
    let service = try await Service()
    let test = try await prepared(service)
    let project = try test.sandbox.read("vaultctl.yaml")
    try test.sandbox.write(
      project.replacing("//127.0.0.1:", with: "//localhost:"), to: "vaultctl.yaml")
    try remove(test)
    try FileManager.default.removeItem(atPath: test.sandbox.folder.path + "/connections/kept.yaml")
    let finished = try await test.vaultctl(Self.apply)
    #expect(finished.errorText.contains("VC5008"), "\(finished.text)\(finished.errorText)")
    #expect(
      finished.errorText.contains("which is not a host that was applied"), "\(finished.errorText)")
    #expect(!finished.errorText.contains("does not describe a client"))
    #expect(service.revocations.isEmpty)
  }

  @Test(arguments: [false, true])
  func tokensAreRevokedBeforeTheyAreForgotten(isReplaced: Bool) async throws {
    let bao = try await BaoServer()
    defer { bao.end() }
    let service = try await Service()
    let test = try await prepared(service, store: project(bao.root.address, bao.root.token))
    #expect(try tokenFolders(bao.root) == 2)
    if isReplaced {
      try replace(test)
      try await test.expectFine(["encrypt"], isRecorded: false)
    } else {
      try remove(test)
    }
    // The tokens are there as long as the service has not revoked them.
    let present = Mutex<[Int]>([])
    service.server.answer { call in
      guard call.path.contains("revoke") else { return .body("{}", status: 400) }
      let count = try? self.tokenFolders(bao.root)
      present.withLock { $0.append(count ?? -1) }
      return .body("")
    }
    try await test.expectFine(Self.apply)
    #expect(present.withLock { $0 } == [2])
    #expect(try tokenFolders(bao.root) == 1)
    #expect(try tokenFolders(bao.root, "access") == 1)
  }

  /// Killed at every request that writes: the tokens were revoked before they were forgotten, and the next
  /// apply leaves neither the connection nor its tokens.
  @Test(.timeLimit(.minutes(10)), arguments: [false, true])
  func aRemovalKilledAtAnyWriteConverges(isReplaced: Bool) async throws {
    let bao = try await BaoServer()
    defer { bao.end() }
    let proxy = try await BaoProxy(bao.root.address)
    defer { proxy.end() }
    let service = try await Service()
    let test = try await prepared(service, store: project(proxy.address, bao.root.token))
    let manifest = try test.sandbox.read("connections/robot.yaml")
    var number = 1
    var isOver = false
    while !isOver {
      if number > 1 {
        try test.sandbox.write(manifest, to: "connections/robot.yaml")
        try await test.expectFine(["apply", "--auto-approve", "--force"], isRecorded: false)
        try await test.expectFine(["refresh"], isRecorded: false)
      }
      #expect(try tokenFolders(bao.root) == 2)
      if isReplaced {
        try replace(test)
        try await test.expectFine(["encrypt"], isRecorded: false)
      } else {
        try remove(test)
      }
      service.forget()
      isOver = try await !test.isKilled(Self.apply, through: proxy, at: number)
      let left = try tokenFolders(bao.root)
      #expect(left == 2 || !service.revocations.isEmpty, "write \(number)")
      let again = try await test.vaultctl(Self.apply, isRecorded: false)
      #expect(again.status == 0, "write \(number): \(again.text)\(again.errorText)")
      #expect(try tokenFolders(bao.root) == 1, "write \(number)")
      #expect(try tokenFolders(bao.root, "access") == 1, "write \(number)")
      #expect(!service.revocations.isEmpty, "write \(number)")
      try await test.expectFine(["plan", "--detailed-exitcode"], isRecorded: false)
      number += 1
    }
    #expect(number > 4, "there were that many writes to be killed at")
  }

  /// Nor does the damage of one connection's tokens concern another one.
  @Test func damagedTokensConcernTheirConnectionAlone() async throws {
    let bao = try await BaoServer()
    defer { bao.end() }
    let service = try await Service()
    let test = try await prepared(service, store: project(bao.root.address, bao.root.token))
    _ = try bao.root.bao(
      ["kv", "put", "secret/vaultctl-tokens/sandbox0sandbox0sand/refresh/kept", "a=b"])
    try await test.expectFine(["plan"])
    try await test.expectFine(["status"])
    try test.declare("another", app: "machine", id: "another", secret: "s3cr3t")
    try await test.expectFine(["encrypt"])
    try await test.expectFine(["apply", "--auto-approve"])
  }

  /// A connection that could not be deleted keeps its tokens.
  @Test func aDeleteThatFailsLeavesTheTokensInTheStore() async throws {
    let bao = try await BaoServer()
    defer { bao.end() }
    let service = try await Service()
    let test = try await prepared(service, store: project(bao.root.address, bao.root.token))
    try remove(test)
    // Somebody writes the connection while its tokens are revoked.
    service.server.answer { call in
      guard call.path.contains("revoke") else { return .body("{}", status: 400) }
      _ = try? bao.root.bao(["kv", "patch", "secret/vaultctl/robot", "client_id=other"])
      return .body("")
    }
    let finished = try await test.vaultctl(Self.apply)
    #expect(finished.status != 0, "\(finished.text)\(finished.errorText)")
    #expect(try tokenFolders(bao.root) == 2)
  }
}
