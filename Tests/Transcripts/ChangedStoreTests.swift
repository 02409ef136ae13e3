import Foundation
import TestAuthorizationServer
import TestSupport
import Testing

/// What somebody changes in the file of the embedded store is found where its key is, and never used.
@Suite struct ChangedStoreTests {
  private let service: HostileServer
  private let test: TokenSandbox
  private var sandbox: Sandbox { test.sandbox }
  private var path: String { sandbox.folder.path + "/.vaultctl/vault.db" }

  init() async throws {
    service = try await HostileServer { _ in
      .body(#"{"access_token": "at-1", "token_type": "bearer", "expires_in": 86400}"#)
    }
    test = try TokenSandbox(server: service.address)
    try test.declare("robot", app: "machine", id: "machine", secret: "m-s3cret")
    for (name, spec) in [
      ("basic", "{app: http, setup: {type: basic_auth, username: ann, password: p-1}}"),
      ("blank", "{app: slack}"),
      ("other", "{app: http, setup: {type: bearer, token: t-1}, scopes: [read]}"),
    ] {
      try sandbox.write(
        """
        apiVersion: vaultctl/v1
        kind: Connection
        metadata: {name: \(name), labels: {team: \(name)}}
        spec: \(spec)

        """, to: "connections/\(name).yaml")
    }
    try await test.expectFine(["encrypt"], isRecorded: false)
    try await test.expectFine(["apply", "--auto-approve"], isRecorded: false)
    try await test.expectFine(["scopes", "record", "other", "read"], isRecorded: false)
    try await test.expectFine(["refresh"], isRecorded: false)
    _ = try run("/usr/bin/sqlite3", [path, "PRAGMA wal_checkpoint(TRUNCATE)"])
  }

  private struct Results: Equatable {
    /// Of each command: how it ended, and what it printed.
    var printed: [String: String] = [:]
    var failed: [String: String] = [:]
  }

  private static let commands: [[String]] =
    [
      ["plan", "--format", "json"], ["status", "-o", "json"], ["history", "basic", "-o", "json"],
      ["log", "-o", "json"], ["tokens", "list", "-o", "json"],
      ["store", "backup", "it.backup", "--dry-run", "-o", "json"],
    ]
    + [
      ("basic", "USERNAME"), ("basic", "PASSWORD"), ("other", "TOKEN"), ("robot", "ACCESS_TOKEN"),
    ].map { name, variable in
      ["exec", name, "--prefix", "X", "--", "/bin/sh", "-c", "printf %s \"$X_\(variable)\""]
    }

  private func results() throws -> Results {
    var results = Results()
    for command in Self.commands {
      let finished = try sandbox.vaultctl(command, isRecorded: false)
      let key = command.joined(separator: " ")
      if finished.status == 0 {
        results.printed[key] = finished.text
      } else {
        results.failed[key] = finished.errorText
      }
    }
    return results
  }

  /// Bits of the whole file. Each has no effect on what any command says, or the command fails and
  /// says what is wrong; and what a command gets wrong, `store verify` names.
  ///
  /// `VAULTCTL_BIT_FLIPS` is the number of bits.
  @Test func aFlippedBitIsFoundOrHarmless() throws {
    let environment = ProcessInfo.processInfo.environment
    let count = Int(environment["VAULTCTL_BIT_FLIPS"] ?? "") ?? 25
    let seed = UInt64(environment["VAULTCTL_BIT_SEED"] ?? "") ?? 11
    var generator = SeededGenerator(seed: seed)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let right = try results()
    #expect(right.failed.isEmpty, "\(right.failed)")
    var found = 0
    var harmless = 0
    for _ in 0..<count {
      let index = Int.random(in: 0..<whole.count, using: &generator)
      let bit = UInt8.random(in: 0..<8, using: &generator)
      var bytes = whole
      bytes[index] ^= 1 << bit
      try put(bytes)
      let now = try results()
      let point = "seed \(seed), byte \(index), bit \(bit)"
      for (command, text) in now.printed {
        #expect(text == right.printed[command], "\(point): \(command)")
      }
      let verified = try sandbox.vaultctl(["store", "verify"], isRecorded: false)
      if now.failed.isEmpty {
        harmless += 1
      } else {
        found += 1
        #expect(verified.status == 1, "\(point): \(now.failed)")
        #expect(verified.errorText.contains("error[VC"), "\(point): \(verified.errorText)")
        #expect(!verified.errorText.contains("VC9"), "\(point): \(verified.errorText)")
      }
    }
    print("bit flips: \(count), seed \(seed): \(found) found, \(harmless) harmless")
    try put(whole)
    #expect(try results() == right)
  }

  private func put(_ bytes: Data) throws {
    for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) }
    try bytes.write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }

  @Test(arguments: [
    ("basic", "UPDATE field SET plain = replace(plain, 'ann', 'eve') WHERE name = 'username'"),
    ("basic", "UPDATE connection SET labels = '{}' WHERE name = 'basic'"),
    ("basic", "UPDATE connection SET setup_type = 'bearer' WHERE name = 'basic'"),
    ("basic", "UPDATE connection SET version = 2 WHERE name = 'basic'"),
    ("other", "UPDATE connection SET granted = '[\"read\",\"write\"]' WHERE name = 'other'"),
    ("other", "UPDATE connection SET name = 'another' WHERE name = 'other'"),
    (
      "other",
      "DELETE FROM field WHERE connection = (SELECT id FROM connection WHERE name = 'other')"
    ),
    ("other", "DELETE FROM connection WHERE name = 'other'"),
    (
      "robot",
      "UPDATE applied SET record = json_set(record, '$.destinations', json('[]')) WHERE name = 'robot'"
    ),
    ("blank", "DELETE FROM applied WHERE name = 'blank'"),
    ("robot", "UPDATE token SET record = json_set(record, '$.tokens.expiry.at._0', 9999999999999)"),
    ("robot", "DELETE FROM token"),
    (
      "added",
      """
      INSERT INTO connection (id, name, app, labels, version, updated_at)
      VALUES ('x', 'added', 'slack', '{}', 1, 0)
      """
    ),
    (
      "its log",
      "UPDATE sqlite_sequence SET seq = 99; INSERT INTO event (at, who, what, tool) VALUES (0, 'eve', 'create', 'x')"
    ),
    ("version 1", "UPDATE version SET provenance = replace(provenance, 'tester', 'eve')"),
    ("its versions", "DELETE FROM version"),
    // No code, no state, or an earlier one: nothing that a store of an earlier version could be.
    ("is missing", "DELETE FROM code_state"),
    ("basic", "DELETE FROM code WHERE name = 'basic'"),
    ("is missing", "DELETE FROM code; DELETE FROM code_state"),
    ("is missing", "DELETE FROM store_key"),
    (
      "is missing",
      """
      DELETE FROM grdb_migrations WHERE identifier = 'codes'; DROP TABLE code; DROP TABLE code_state;
      ALTER TABLE version DROP COLUMN code
      """
    ),
  ])
  func aChangeIsFoundAndNeverUsed(_ place: String, _ sql: String) throws {
    let changed = try run("/usr/bin/sqlite3", [path, sql])
    #expect(changed.status == 0, "\(changed.errorText)")
    let verified = try sandbox.vaultctl(["store", "verify"], isRecorded: false)
    #expect(verified.status == 1, "\(verified.text)")
    #expect(verified.errorText.contains(place), "\(verified.errorText)")
    let isHistory = ["its log", "version 1", "its versions"].contains(place)
    let uses =
      isHistory
      ? [place == "its log" ? ["log"] : ["history", "basic"]]
      : [["plan"], ["status"], ["apply", "--auto-approve"]]
    for arguments in uses {
      let used = try sandbox.vaultctl(arguments, isRecorded: false)
      #expect(used.status == 1, "\(arguments): \(used.text)")
      #expect(used.errorText.contains("VC4009"), "\(arguments): \(used.errorText)")
    }
    if !isHistory, ["basic", "other", "robot"].contains(place) {
      let used = try sandbox.vaultctl(
        ["exec", place, "--", "/bin/echo", "used"], isRecorded: false)
      #expect(used.status != 0 && !used.text.contains("used"), "\(used.text)")
    }
    // Who knows why may take it as it is.
    if place == "is missing" { return }
    let accepted = try sandbox.vaultctl(["store", "accept", "--auto-approve"], isRecorded: false)
    #expect(accepted.status == 0, "\(accepted.errorText)")
    let after = try sandbox.vaultctl(["plan"], isRecorded: false)
    // What it has is compared with the manifests then.
    #expect([0, 3].contains(after.status), "\(after.errorText)")
    if place != "its versions" { return }
    for arguments in [["store", "verify"], ["history", "basic"]] {
      let again = try sandbox.vaultctl(arguments, isRecorded: false)
      #expect(again.status == 0, "\(arguments): \(again.errorText)")
    }
  }

  /// Where the key is not, a plan says what it could not check, and nothing else is different.
  @Test func withoutTheKeyAPlanSaysWhatItDidNotCheck() throws {
    let keyless = try GPGHome()
    let same = try sandbox.vaultctl(
      ["plan", "--detailed-exitcode"], home: keyless.path, isRecorded: false)
    #expect(same.status == 0 && same.text.components(separatedBy: "VC4028").count == 2)
    _ = try run(
      "/usr/bin/sqlite3",
      [path, "UPDATE field SET plain = replace(plain, 'ann', 'eve') WHERE name = 'username'"])
    let plan = try sandbox.vaultctl(["plan"], home: keyless.path, isRecorded: false)
    #expect(plan.text.contains("VC4028"), "\(plan.text)\(plan.errorText)")
    let exec = try sandbox.vaultctl(
      ["exec", "basic", "--", "/bin/echo", "used"], home: keyless.path, isRecorded: false)
    #expect(exec.status != 0 && !exec.text.contains("used"))
    let recorded = try sandbox.vaultctl(
      ["scopes", "record", "other", "write"], home: keyless.path, isRecorded: false)
    #expect(recorded.status == 1 && recorded.errorText.contains("VC4010"))
  }

  /// What belongs to no connection concerns none; it is reported, and removed by who is asked to.
  @Test func whatBelongsToNoConnectionIsReported() throws {
    _ = try run(
      "/usr/bin/sqlite3",
      [
        path,
        """
        PRAGMA foreign_keys = OFF;
        INSERT INTO field (connection, name, version, plain) VALUES ('', 'token', 1, 'x');
        INSERT INTO version (connection, number, content, provenance) VALUES ('', 1, 'x', 'x')
        """,
      ])
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
    #expect(try sandbox.vaultctl(["store", "verify"]).status == 1)
    let value = try sandbox.vaultctl(
      ["exec", "basic", "--", "printenv", "BASIC_USERNAME"], isRecorded: false)
    #expect(value.text == "ann\n", "\(value.errorText)")
    #expect(try sandbox.vaultctl(["store", "accept", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["store", "verify"]).status == 0)
    #expect(try sandbox.vaultctl(["store", "accept", "-o", "json"]).status == 0)
    try sandbox.expectTranscript()
  }
}
