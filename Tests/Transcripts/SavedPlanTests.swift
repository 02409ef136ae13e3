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
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      #expect(try sandbox.vaultctl(arguments, isRecorded: false).status == 0)
    }
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "n3w").status == 0)
    let plan = try sandbox.vaultctl(["plan", "--out", "it.plan"])
    #expect(plan.status == 0, "\(plan.errorText)")
    return sandbox
  }

  /// Applies the saved plan; it is refused, and the store stays as it is.
  ///
  /// - Parameter change: what happened since the plan.
  private func expectRefusal(_ sandbox: Sandbox, after change: String) throws {
    func state() throws -> [String] {
      try [["status", "--format", "json"], ["show", "a"]].map {
        try sandbox.vaultctl($0, isRecorded: false).text
      }
    }
    let before = try state()
    sandbox.transcript.note(change)
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 1)
    #expect(try state() == before)
  }

  @Test func aSavedPlanIsAppliedWithoutConfirmation() throws {
    let sandbox = try sandbox()
    let saved = try sandbox.read("it.plan")
    for format in ["text", "json", "markdown", "sarif", "junit", "code-quality"] {
      let planned = try sandbox.vaultctl(
        ["plan", "--format", format, "--out", "again.plan"], isRecorded: false)
      let shown = try sandbox.vaultctl(["show", "it.plan", "--format", format], isRecorded: false)
      // A comment has more than the plan: who reads, and against which commit.
      if format == "markdown" {
        #expect(shown.text.contains("| `~` | `a` | `http` |"), "\(shown.text)")
      } else {
        #expect(shown.text == planned.text)
      }
      #expect(try sandbox.read("again.plan") == saved, "the same input, the same plan")
    }
    #expect(!saved.contains("n3w") && !saved.contains("t0ken"))
    // What the plan does not say is not done.
    try sandbox.write(httpManifest("c", token: "x"), to: "connections/c.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 2)
    try expectRefusal(sandbox, after: "The plan was applied already.")
    try sandbox.expectTranscript()
  }

  @Test func aChangedManifestMakesAPlanStale() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "other").status == 0)
    try expectRefusal(sandbox, after: "A secret was set.")
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/connections/a.yaml")
    try expectRefusal(sandbox, after: "The manifest was deleted.")
    try sandbox.expectTranscript()
  }

  @Test func commentsDoNotMakeAPlanStale() throws {
    let sandbox = try sandbox()
    let text = try sandbox.read("connections/a.yaml")
    try sandbox.write("# moved down\n\n" + text, to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 0)
  }

  @Test(arguments: [
    ("version", "UPDATE connection SET version = version + 1 WHERE name = 'a'"),
    ("record", "DELETE FROM applied WHERE name = 'a'"),
    ("connection", "DELETE FROM connection WHERE name = 'a'"),
  ])
  func aChangeInTheStoreMakesAPlanStale(of part: String, _ sql: String) throws {
    let sandbox = try sandbox()
    _ = try sandbox.changeStore(sql)
    try expectRefusal(sandbox, after: sql)
    try sandbox.expectTranscript(case: part)
  }

  @Test func changedRecipientsMakeAPlanStale() throws {
    let sandbox = try sandbox()
    let bob = try sandbox.home.makeKey("Bob <bob@example.com>")
    try sandbox.writeProject(keys: [sandbox.key, bob])
    try expectRefusal(sandbox, after: "Bob is a recipient too.")
    try sandbox.writeProject(keys: [bob])
    try expectRefusal(sandbox, after: "Bob is the only recipient.")
    try sandbox.expectTranscript(known: [(bob, "<Bob>"), (sandbox.key, "<Ann>")])
  }

  @Test func aPlanOfAnotherFormatAndADamagedOneAreRefused() throws {
    let sandbox = try sandbox()
    let saved = try sandbox.read("it.plan")
    let later = saved.replacing(/"formatVersion" : "[0-9.]+"/) { _ in "\"formatVersion\" : \"99.0\""
    }
    try #require(later != saved)
    try sandbox.write(later, to: "it.plan")
    try expectRefusal(sandbox, after: "Its format is 99.0.")
    for (broken, change) in [
      ("", "It is empty."), ("{}", "It is an empty object."), ("[1]", "It is a list."),
      (String(saved.prefix(saved.count / 2)), "Half of it is left."),
      ("\u{0}", "It is a zero byte."),
    ] {
      try sandbox.write(broken, to: "it.plan")
      try expectRefusal(sandbox, after: change)
    }
    try sandbox.write(
      saved.replacingOccurrences(of: "\"name\" : \"a\"", with: "\"name\" : \"b\""), to: "it.plan")
    try expectRefusal(sandbox, after: "A name in it is changed.")
    try sandbox.expectTranscript()
  }

  @Test func aPlanWithoutChangesIsNeverStale() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--out", "none.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "other").status == 0)
    #expect(try sandbox.vaultctl(["apply", "none.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "none.plan", "--prune"]).status == 64)
    try sandbox.expectTranscript()
  }

  @Test func aPlanMadeWithoutAKeyIsAppliedWithOne() throws {
    let sandbox = try sandbox()
    let empty = try GPGHome()
    sandbox.transcript.note("without a key")
    #expect(try sandbox.vaultctl(["plan", "--out", "it.plan"], home: empty.path).status == 0)
    sandbox.transcript.note("with the key")
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
    try sandbox.expectTranscript()
  }
}
