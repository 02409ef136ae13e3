import Foundation
import Processes
import TestSupport
import Testing

/// A project is renamed with all of its stores, whatever happens meanwhile.
@Suite struct RenameProjectTests {
  /// Every so many calls one; with 1 one sees each.
  private static let step =
    Int(ProcessInfo.processInfo.environment["VAULTCTL_CRASH_STEP"] ?? "") ?? 3

  private let sandbox: Sandbox
  private static let rename = ["rename-project", "sandbox", "acme"]

  /// Two environments, each with a store of its own.
  init() throws {
    sandbox = try Sandbox()
    let stores = ["a", "b"].map { "\($0): {store: {type: sqlite, path: .vaultctl/\($0).db}}" }
    try sandbox.writeProject(extra: "environments: {\(stores.joined(separator: ", "))}")
    try sandbox.write(httpManifest("one", token: "v4lue"), to: "connections/one.yaml")
    try fine(["encrypt"])
    for name in ["a", "b"] { try fine(["apply", "--auto-approve", "--env", name]) }
  }

  private func fine(_ arguments: [String], environment: [String: String] = [:]) throws {
    let finished = try sandbox.vaultctl(arguments, environment: environment, isRecorded: false)
    #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
  }

  private func expectRenamed(_ point: String = "") throws {
    #expect(try sandbox.read("vaultctl.yaml").contains("name: acme\n"), "\(point)")
    for name in ["a", "b"] {
      try fine(["apply", "--auto-approve", "--env", name])
      try fine(["plan", "--detailed-exitcode", "--env", name])
      let value = try sandbox.vaultctl(
        ["exec", "one", "--env", name, "--", "printenv", "ONE_TOKEN"], isRecorded: false)
      #expect(value.text == "v4lue\n", "\(point) \(name): \(value.errorText)")
    }
  }

  @Test func theEnvironmentOfTheShellChoosesNoStore() throws {
    #expect(try sandbox.vaultctl(Self.rename + ["--env", "a"], isRecorded: false).status == 64)
    #expect(try sandbox.read("vaultctl.yaml").contains("name: sandbox\n"))
    try fine(Self.rename, environment: ["VAULTCTL_ENV": "b"])
    try expectRenamed()
  }

  private func sql(_ text: String) throws {
    let changed = try run(
      "/usr/bin/sqlite3", [sandbox.folder.path + "/.vaultctl/a.db", text])
    #expect(changed.status == 0, "\(changed.errorText)")
  }

  /// The other one is renamed, and the exit code says that a part is missing.
  @Test func aStoreThatCannotBeWrittenIsLeftForTheNextRun() throws {
    try sql(
      """
      CREATE TRIGGER broken BEFORE UPDATE ON store_key
      BEGIN SELECT RAISE(ABORT, 'not now'); END
      """)
    let partly = try sandbox.vaultctl(Self.rename, isRecorded: false)
    #expect(partly.status == 4, "\(partly.text)\(partly.errorText)")
    #expect(
      partly.errorText.contains("Run this again: vaultctl rename-project sandbox acme"),
      "\(partly.errorText)")
    #expect(partly.text.contains("b.db: sealed the store's key again"), "\(partly.text)")
    try sql("DROP TRIGGER broken")
    try fine(Self.rename)
    try expectRenamed()
  }

  @Test(arguments: ["fdatasync", "fsync", "pwrite64"])
  func aRenameThatIsKilledIsCompletedByTheNextOne(call: String) throws {
    try sandbox.home.launchAgent()
    let kept = try TemporaryFolder()
    let path = sandbox.folder.path
    let script = #"find "$2" -mindepth 1 -delete && cp -a "$1/." "$2""#
    func copyFiles(_ from: String, _ to: String) throws {
      #expect(try run("/bin/bash", ["-e", "-c", script, "bash", from, to]).status == 0)
    }
    try copyFiles(path, kept.path)
    var kills = 0
    for number in stride(from: 1, through: .max, by: call == "pwrite64" ? 4 * Self.step : Self.step)
    {
      try copyFiles(kept.path, path)
      let process = try sandbox.start(Self.rename, under: Sandbox.killing(at: call, number))
      if process.wait() == 0 { break }
      kills += 1
      try fine(Self.rename)
      try expectRenamed("\(call) \(number)")
    }
    #expect(kills > 0, "nothing was killed")
  }
}
