import Foundation
import TestOpenBao
import TestSupport
import Testing

/// What `watch` says of writes that no apply made here, and of locks.
@Suite struct ForeignEventTests {
  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      line.firstMatch(of: /"event":"([^"]+)"/).map { String($0.1) }
    }
  }

  private func awaitEvents(_ kinds: [String], of watching: RunningProgram) async throws {
    try await eventually("\(kinds)", within: .seconds(180)) {
      let isRunning = watching.isRunning
      return lines(watching.output) == kinds || !isRunning
    }
    #expect(lines(watching.output) == kinds, "\(watching.output)\(watching.errors)")
  }

  /// Where the store keeps no log.
  @Test func aForeignWriteARollbackAndATakeOverInOpenBao() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root)
    try it.declare(["a"])
    try it.fine(["apply", "--auto-approve"])
    let watching = try RunningProgram(
      it.sandbox, ["watch"], environment: server.root.environment)
    try await watching.waitForErrors("Watching")

    try it.fine(["set", "a", "token"], input: "n3w")
    try it.fine(["apply", "--auto-approve"])
    try await awaitEvents(["applied"], of: watching)
    #expect(watching.output.contains(#""who":"#), "the record says who")

    let patched = try server.root.bao(["kv", "patch", "secret/vaultctl/a", "token=theirs"])
    #expect(patched.status == 0, "\(patched.errorText)")
    try await awaitEvents(["applied", "foreign-write"], of: watching)

    try it.fine(["rollback", "a", "--to", "1", "--auto-approve"])
    try await awaitEvents(["applied", "foreign-write", "rolled-back"], of: watching)

    // A holder that has been silent for long.
    let holder =
      #"{"host":"elsewhere","lastSeen":1000,"processID":1,"since":1000,"token":"t","who":"bob@elsewhere"}"#
    let put = try server.root.bao([
      "kv", "put", "secret/vaultctl-state/sandbox0sandbox0sand/lock", "holder=\(holder)",
    ])
    #expect(put.status == 0, "\(put.errorText)")
    try it.fine(["apply", "--auto-approve"])
    try await eventually("the take-over", within: .seconds(180)) {
      lines(watching.output).contains("lock-taken-over")
    }
    watching.end()
    let ended = try await watching.finished()
    #expect(ended.status == 0, "\(ended.errorText)")
    let times = ended.text.split(separator: "\n").compactMap { line in
      line.firstMatch(of: /"at":"([^"]+)"/).map { String($0.1) }
    }
    #expect(times == times.sorted())
    #expect(!ended.text.contains("n3w") && !ended.text.contains("theirs"))
  }

  /// Where it has one.
  @Test func aTakeOverAndARollbackInSQLite() async throws {
    let sandbox = try Sandbox()
    for token in ["one", "two"] {
      try sandbox.write(httpManifest("crm", token: token), to: "connections/crm.yaml")
      for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
        #expect(try await apart { try sandbox.vaultctl(arguments).status } == 0)
      }
    }
    let watching = try RunningProgram(sandbox, ["watch", "crm"])
    try await watching.waitForErrors("Watching")
    let store = sandbox.folder.path + "/.vaultctl/vault.db"
    let put = try run(
      "/usr/bin/sqlite3",
      [
        store,
        """
        INSERT INTO lock (id, holder) VALUES (1, '{"host":"elsewhere","lastSeen":1000,"processID":1,\
        "since":1000,"token":"t","who":"bob@elsewhere"}')
        """,
      ])
    #expect(put.status == 0, "\(put.errorText)")
    let back = try await apart {
      try sandbox.vaultctl(["rollback", "crm", "--to", "1", "--auto-approve"])
    }
    #expect(back.status == 0, "\(back.errorText)")
    try await awaitEvents(["lock-taken-over", "rolled-back"], of: watching)
    let first = watching.output.split(separator: "\n").first ?? ""
    #expect(!first.contains("connection"), "it is of the whole store")
    let log = try await apart { try sandbox.vaultctl(["log"]) }
    #expect(log.text.contains("lock taken over from bob@elsewhere"), "\(log.text)")
    watching.end()
    _ = try await watching.finished()
  }

  /// Its log continues with numbers that were seen before.
  @Test func aRestoreOfASQLiteStore() async throws {
    let sandbox = try Sandbox()
    func expectFine(_ arguments: [String]) async throws {
      let finished = try await apart { try sandbox.vaultctl(arguments) }
      #expect(finished.status == 0, "\(finished.errorText)")
    }
    func apply(_ token: String) async throws {
      try sandbox.write(httpManifest("crm", token: token), to: "connections/crm.yaml")
      try await expectFine(["encrypt"])
      try await expectFine(["apply", "--auto-approve"])
    }
    try await apply("one")
    try await expectFine(["store", "backup", "it.backup"])
    for token in ["two", "three"] { try await apply(token) }
    let watching = try RunningProgram(sandbox, ["watch", "crm"])
    try await watching.waitForErrors("Watching")
    try FileManager.default.moveItem(
      atPath: sandbox.folder.path + "/.vaultctl", toPath: sandbox.folder.path + "/.old")
    try await expectFine(["store", "restore", "it.backup"])
    try await awaitEvents(["store-replaced"], of: watching)
    try await apply("four")
    try await awaitEvents(["store-replaced", "applied"], of: watching)
    let first = watching.output.split(separator: "\n").first ?? ""
    #expect(!first.contains("connection") && !first.contains("who"), "\(first)")
    watching.end()
    #expect(try await watching.finished().status == 0)
  }
}
