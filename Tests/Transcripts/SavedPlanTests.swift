import Foundation
import TestSupport
import Testing

/// `plan --out` and `apply FILE`: exactly what was approved, or nothing.
@Suite struct SavedPlanTests {
  /// Two connections are applied; the token of `a` is rotated and saved as a plan.
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    for name in ["a", "b"] {
      try sandbox.write(httpManifest(name, token: "t0ken"), to: "connections/\(name).yaml")
    }
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "n3w").status == 0)
    let plan = try sandbox.vaultctl(["plan", "--out", "it.plan"])
    #expect(plan.status == 0 && plan.text.contains("(secret: rotated)"), "\(plan.errorText)")
    return sandbox
  }

  private func expectRefusal(_ sandbox: Sandbox, _ why: String) throws {
    let before = try sandbox.vaultctl(["status", "--format", "json"]).text
    let applied = try sandbox.vaultctl(["apply", "it.plan"])
    #expect(applied.status == 1)
    #expect(applied.errorText.contains(why), "\(applied.errorText)")
    #expect(try sandbox.vaultctl(["status", "--format", "json"]).text == before)
    #expect(try !sandbox.vaultctl(["show", "a"]).text.contains("  update  "))
  }

  @Test func whatWasSavedIsDoneWithoutAsking() throws {
    let sandbox = try sandbox()
    let saved = try sandbox.read("it.plan")
    for format in ["text", "json", "markdown", "sarif", "junit", "code-quality"] {
      let planned = try sandbox.vaultctl(["plan", "--format", format, "--out", "again.plan"])
      #expect(try sandbox.vaultctl(["show", "it.plan", "--format", format]).text == planned.text)
      #expect(try sandbox.read("again.plan") == saved, "the same input, the same plan")
    }
    #expect(!saved.contains("n3w") && !saved.contains("t0ken"))
    // What the plan does not say is not done.
    try sandbox.write(httpManifest("c", token: "x"), to: "connections/c.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let applied = try sandbox.vaultctl(["apply", "it.plan"])
    #expect(applied.status == 0, "\(applied.errorText)")
    #expect(applied.text.contains("Applied: 0 created, 1 updated, 0 deleted."))
    #expect(try sandbox.vaultctl(["plan"]).text.contains("Plan: 1 to create, 0 to update"))
    try expectAgainIsStale(sandbox)
  }

  private func expectAgainIsStale(_ sandbox: Sandbox) throws {
    let again = try sandbox.vaultctl(["apply", "it.plan"])
    #expect(again.status == 1)
    #expect(again.errorText.contains("error[VC3014]"))
    #expect(again.errorText.contains("the store's version of `a` is another"))
  }

  @Test func staleByTheManifest() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "other").status == 0)
    try expectRefusal(sandbox, "the manifest of `a` is another")
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/connections/a.yaml")
    try expectRefusal(sandbox, "the manifest of `a` is gone")
  }

  @Test func commentsMakeNoPlanStale() throws {
    let sandbox = try sandbox()
    let text = try sandbox.read("connections/a.yaml")
    try sandbox.write("# moved down\n\n" + text, to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 0)
  }

  @Test(arguments: [
    ("UPDATE connection SET version = version + 1 WHERE name = 'a'", "the store's version of `a`"),
    ("DELETE FROM applied WHERE name = 'a'", "the applied record of `a` is gone"),
    ("DELETE FROM connection WHERE name = 'a'", "the store's version of `a` is gone"),
  ])
  func staleByTheStoreOrTheRecord(_ sql: String, _ why: String) throws {
    let sandbox = try sandbox()
    let changed = try run(
      "/usr/bin/python3",
      [
        "-c",
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()",
        sandbox.folder.path + "/.vaultctl/vault.db", sql,
      ])
    #expect(changed.status == 0, "\(changed.errorText)")
    try expectRefusal(sandbox, why)
  }

  @Test func staleByTheRecipients() throws {
    let sandbox = try sandbox()
    let bob = try sandbox.home.makeKey("Bob <bob@example.com>")
    try sandbox.writeProject(keys: [sandbox.key, bob])
    try expectRefusal(sandbox, "a recipient was added: **: \(bob)")
    try sandbox.writeProject(keys: [bob])
    try expectRefusal(sandbox, "a recipient was removed: **: \(sandbox.key)")
  }

  @Test func staleByTheFormat() throws {
    let sandbox = try sandbox()
    let saved = try sandbox.read("it.plan")
    try sandbox.write(
      saved.replacingOccurrences(
        of: "\"formatVersion\" : \"2.0\"", with: "\"formatVersion\" : \"3.0\""), to: "it.plan")
    try expectRefusal(sandbox, "its format is 3.0")
    for broken in ["", "{}", "[1]", String(saved.prefix(saved.count / 2)), "\u{0}"] {
      try sandbox.write(broken, to: "it.plan")
      try expectRefusal(sandbox, "error[VC3015]")
    }
    try sandbox.write(
      saved.replacingOccurrences(of: "\"name\" : \"a\"", with: "\"name\" : \"b\""), to: "it.plan")
    try expectRefusal(sandbox, "it is damaged")
  }

  @Test func aPlanWithoutChangesIsNeverStale() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--out", "none.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "other").status == 0)
    let applied = try sandbox.vaultctl(["apply", "none.plan"])
    #expect(applied.status == 0 && applied.text.contains("No changes."), "\(applied.errorText)")
    #expect(try sandbox.vaultctl(["apply", "none.plan", "--prune"]).status == 64)
  }

  @Test func aPlanMadeWithoutAKeyIsAppliedWithOne() throws {
    let sandbox = try sandbox()
    let empty = try GPGHome()
    let plan = try sandbox.vaultctl(["plan", "--out", "it.plan"], home: empty.path)
    #expect(plan.text.contains("(secret: changed)"), "\(plan.errorText)")
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["plan"]).text.contains("No changes."))
  }
}
