import Foundation
import TestAuthorizationServer
import TestOpenBao
import TestSupport
import Testing

/// A project in a SQLite store, with versions, grants and tokens, that moves to other stores.
struct StoreCopyFixture: Sendable {
  let sandbox: Sandbox
  /// Gives each token once more.
  let service: HostileServer
  private let environment: [String: String]

  static let first = "{type: sqlite, path: .vaultctl/vault.db}"
  static let second = "{type: sqlite, path: .vaultctl/second.db}"
  static let bao = "{type: openbao, prefix: flows}"

  /// - Parameters:
  ///   - count: of plain connections, beside `robot`, which has tokens, `blank`, which is empty, and
  ///     `basic`, which has a plain value, labels and two versions.
  init(_ client: BaoClient?, count: Int = 3) async throws {
    environment = client?.environment ?? [:]
    service = try await HostileServer { call in
      .body(
        #"{"access_token": "at-\#(call.number)", "token_type": "bearer", "expires_in": 3600}"#)
    }
    sandbox = try Sandbox()
    try sandbox.home.launchAgent()
    try choose(Self.first)
    for number in 0..<count {
      try sandbox.write(
        httpManifest("c-\(number)", token: "s3cret-\(number)"), to: "connections/c-\(number).yaml")
    }
    for (name, spec) in [
      ("blank", "{app: slack}"),
      (
        "basic",
        "{app: http, setup: {type: basic_auth, username: ann, password: p-1}, scopes: [read]}"
      ),
      ("robot", "{app: machine, setup: {type: oauth, client_id: id, client_secret: s}}"),
    ] {
      try sandbox.write(
        """
        apiVersion: vaultctl/v1
        kind: Connection
        metadata: {name: \(name), labels: {team: \(name)}}
        spec: \(spec)

        """, to: "connections/\(name).yaml")
    }
    try await fine(["encrypt"])
    try await fine(["apply", "--auto-approve"])
    try await fine(["set", "basic", "password"], input: "p-2")
    try await fine(["apply", "--auto-approve"])
    try await fine(["scopes", "record", "basic", "read"])
    try await fine(["refresh"])
  }

  /// The project file names this store from now on.
  func choose(_ store: String) throws {
    try sandbox.writeProject(
      extra: "store: \(store)\n"
        + machineApp(oauth: #"{tokenEndpoint: "\#(service.address)/token"}"#))
  }

  func vaultctl(
    _ arguments: [String], input: String = "", environment more: [String: String] = [:],
    isRecorded: Bool = false
  ) async throws -> Finished {
    let environment = environment.merging(more) { $1 }
    return try await apart { [sandbox] in
      try sandbox.vaultctl(
        arguments, input: input, environment: environment, isRecorded: isRecorded)
    }
  }

  @discardableResult
  func fine(
    _ arguments: [String], input: String = "", isRecorded: Bool = false
  ) async throws -> Finished {
    let finished = try await vaultctl(arguments, input: input, isRecorded: isRecorded)
    #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
    return finished
  }

  /// Killed at the nth call of a kind.
  ///
  /// - Returns: whether it was; else it ended before.
  func isKilled(_ arguments: [String], at call: String, _ number: Int) async throws -> Bool {
    let finished = try await RunningProgram(
      sandbox, arguments, environment: environment, under: Sandbox.killing(at: call, number)
    ).finished()
    return finished.status != 0
  }

  /// What uses the connections finds in the chosen store what was in the first one.
  func expectWhole(
    _ count: Int = 3, token: String = "at-1", at point: String = ""
  ) async throws {
    let plan = try await fine(["plan", "--detailed-exitcode"])
    #expect(plan.text.contains("No changes"), "\(point) \(plan.text)")
    for (name, variable, value) in (0..<count).map({ ("c-\($0)", "TOKEN", "s3cret-\($0)") }) + [
      ("basic", "PASSWORD", "p-2"), ("basic", "USERNAME", "ann"), ("robot", "ACCESS_TOKEN", token),
    ] {
      let handed = try await vaultctl(
        ["exec", name, "--prefix", "X", "--", "/bin/sh", "-c", "printf %s \"$X_\(variable)\""])
      #expect(handed.text == value, "\(point) \(name): \(handed.errorText)")
    }
    try await fine(["store", "verify"])
  }

  /// The columns of `history`, without what only a store gives.
  func history(_ name: String) async throws -> [[String]] {
    try await fine(["history", name]).text.split(separator: "\n").dropFirst().map { line in
      line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    }
  }
}
