import Foundation
import TestAuthorizationServer
import TestOpenBao
import TestSupport
import Testing

/// A project whose environment `prod` has connections with an overlay, tokens that are good once and a
/// history, beside another environment and, where a store can be shared, another project's connection.
struct RenamedEnvironment {
  enum Place: String, CaseIterable, Sendable { case standardFile, sharedFile, openBao }

  let place: Place
  let service: RotatingService
  let test: TokenSandbox
  let bao: BaoServer?
  /// Another project in the same store; in a file, whose key is one project's, only its record is there.
  let other: Sandbox?
  /// Where the file of a shared store is.
  private let outside: TemporaryFolder

  init(_ place: Place) async throws {
    self.place = place
    service = try await RotatingService()
    outside = try TemporaryFolder()
    var environments = "environments:\n  staging: {}\n  prod: {}  # ours\n"
    var base = ""
    switch place {
    case .standardFile: bao = nil
    case .sharedFile:
      bao = nil
      let store = "{type: sqlite, path: \(outside.path)/vaultctl/all.db}"
      environments = "environments:\n  staging:\n  prod:\n    store: \(store)\n"
    case .openBao:
      let server = try await BaoServer()
      bao = server
      base = """
        store:
          type: openbao
          address: \(server.root.address)
          credentialsCommand: [echo, "BAO_TOKEN=\(server.root.token)"]

        """
    }
    test = try TokenSandbox(
      server: service.server.address, oauth: ["refresh: {rotation: always}"],
      project: base + environments)
    other = place == .openBao ? try Sandbox() : nil
    try await apply(base: base)
    try await test.consent(["crm", "--env", "prod"])
  }

  func end() { bao?.end() }

  private func apply(base: String) async throws {
    let sandbox = test.sandbox
    try test.declare("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    try sandbox.write(httpManifest("api", token: "everybody's"), to: "connections/api.yaml")
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: api}
      spec: {setup: {token: prod's}}
      """, to: "environments/prod/api.yaml")
    try await fine(["encrypt"])
    for name in ["prod", "staging"] { try await fine(["apply", "--auto-approve", "--env", name]) }
    _ = try sandbox.vaultctl(
      ["set", "api", "token", "--env", "prod"], input: "prod's new", isRecorded: false)
    try await fine(["apply", "--auto-approve", "--env", "prod"])
    if place == .sharedFile { try await disown() }
    guard let other else { return }
    try other.writeProject(extra: base)
    let file = try other.read("vaultctl.yaml")
    try other.write(file.replacing(Self.project, with: Self.otherProject), to: "vaultctl.yaml")
    try other.write(httpManifest("theirs", token: "theirs"), to: "connections/theirs.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      let done = try other.vaultctl(arguments, isRecorded: false)
      #expect(done.status == 0, "\(done.errorText)")
    }
  }

  private static let project = "sandbox0sandbox0sand"
  private static let otherProject = "other0other0other0other"

  /// One connection becomes another project's.
  private func disown() async throws {
    let manifest = test.sandbox.folder.path + "/connections/theirs.yaml"
    try test.sandbox.write(httpManifest("theirs", token: "theirs"), to: "connections/theirs.yaml")
    try await fine(["encrypt"])
    try await fine(["apply", "--auto-approve", "--env", "prod"])
    try FileManager.default.removeItem(atPath: manifest)
    try await change(
      """
      UPDATE applied SET record = replace(record, '\(Self.project)', '\(Self.otherProject)')
      WHERE name = 'theirs'
      """)
  }

  /// Changes the file of `prod`, as who holds its key could.
  func change(_ sql: String) async throws {
    let changed = try run("/usr/bin/sqlite3", ["-cmd", ".timeout 30000", file, sql])
    #expect(changed.status == 0, "\(changed.errorText)")
    try await fine(["store", "accept", "--auto-approve", "--env", "prod"])
  }

  @discardableResult
  func fine(_ arguments: [String]) async throws -> Finished {
    try await test.expectFine(arguments, isRecorded: false)
  }

  /// What must be the same after a rename: history, log, tokens, and what the store has of connections,
  /// with their ids and owners.
  func facts(_ name: String) async throws -> [String] {
    let commands = [["history", "api"], ["log"], ["tokens", "list", "-o", "json"]]
    var facts: [String] = []
    for command in commands { facts.append(try await fine(command + ["--env", name]).text) }
    return facts + [try stored()]
  }

  private func stored() throws -> String {
    guard let bao else {
      let sql = "SELECT id, name, record FROM connection JOIN applied USING (name) ORDER BY id"
      return try run("/usr/bin/sqlite3", [file, sql]).text
    }
    return try ["prod/api", "prod/crm", "staging/api", "theirs"].map { path in
      try bao.root.call("GET", "secret/metadata/vaultctl/\(path)").value(
        "data", "custom_metadata", as: [String: String].self
      )
      .map { "\($0.sorted { $0.key < $1.key })" } ?? ""
    }.joined(separator: "\n")
  }

  func expectNoChanges(_ name: String) async throws {
    try await fine(["plan", "--detailed-exitcode", "--env", name])
  }

  func accessToken(_ name: String) async throws -> String {
    try await fine(["exec", "crm", "--env", name, "--", "printenv", "CRM_ACCESS_TOKEN"]).text
  }

  /// The SQLite file of `prod`.
  var file: String {
    place == .sharedFile
      ? outside.path + "/vaultctl/all.db" : test.sandbox.folder.path + "/.vaultctl/prod.db"
  }

  /// Kills a renewal where the service has answered and the store, a file, does not take its tokens.
  func leaveResponse() async throws {
    let answers = test.sandbox.folder.path + "/.vaultctl/answers"
    try await change(
      """
      CREATE TRIGGER held BEFORE UPDATE ON token WHEN NEW.access IS NOT OLD.access
      BEGIN SELECT RAISE(ABORT, 'held'); END
      """)
    let running = try RunningProgram(test.sandbox, ["refresh", "crm", "--env", "prod"])
    try await eventually("the response is in the journal") {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: answers)) ?? []
      return names.contains { $0.hasSuffix(".answer") }
    }
    running.kill()
    _ = try await running.finished()
    try await change("DROP TRIGGER held")
    try await endClaim()
  }

  /// A claim whose holder is dead is waited for; here its time is over at once.
  private func endClaim() async throws {
    try await change(
      """
      UPDATE token SET record = json_set(record, '$.claim.deadline', 0)
      WHERE json_extract(record, '$.claim') IS NOT NULL
      """)
  }
}
