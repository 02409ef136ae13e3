import Foundation
import TestSupport
import Testing

@Suite struct MainJobTests {
  @Test func sealsPlansAppliesAndThenPlansNothing() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("http-prod", token: "s3cr3t"), to: "connections/http.yaml")
    let plain = try sandbox.vaultctl(["plan"])
    #expect(plain.status == 1)
    #expect(plain.errorText.contains("error[VC2003]"))
    #expect(!plain.errorText.contains("s3cr3t"))

    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["new", "slack-prod", "--app", "slack", "--empty"]).status == 0)
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 2)
    let applied = try sandbox.vaultctl(["apply", "--auto-approve"])
    #expect(applied.status == 0, "\(applied.errorText)")
    #expect(applied.text.contains("Applied: 2 created, 0 updated, 0 deleted. 1 empty connection."))

    let again = try sandbox.vaultctl(["plan", "--detailed-exitcode"])
    #expect(again.status == 0)
    #expect(again.text.contains("No changes."))
    #expect(again.text.contains("VC3001"))
    #expect(try sandbox.vaultctl(["decrypt", "http-prod", "token"]).text == "s3cr3t")
    #expect(try sandbox.vaultctl(["plan", "--fail-on", "empty"]).status == 3)
    #expect(try sandbox.vaultctl(["status"]).text.contains("empty: url"))
  }

  @Test func planOfWhatIsAppliedNeedsNoKeyAndWritesNothing() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("http-prod", token: "s3cr3t"), to: "connections/http.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)

    let empty = try TemporaryFolder()
    let before = try Sandbox.contents(of: sandbox.folder.path)
    let plan = try sandbox.vaultctl(["plan", "--detailed-exitcode"], home: empty.path)
    #expect(plan.status == 0, "\(plan.errorText)")
    #expect(plan.text.contains("No changes."))
    #expect(try Sandbox.contents(of: sandbox.folder.path) == before)
    #expect(try Sandbox.contents(of: empty.path).isEmpty)
  }

  @Test func aValueSealedAnewIsUndecidedWithoutAKeyAndTheSameWithOne() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("http-prod", token: "s3cr3t"), to: "connections/http.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["set", "http-prod", "token"], input: "s3cr3t\n").status == 0)
    let empty = try TemporaryFolder()
    #expect(try sandbox.vaultctl(["plan"], home: empty.path).text.contains("(secret: changed)"))
    let plan = try sandbox.vaultctl(["plan"])
    #expect(plan.text.contains("(secret: re-encrypted, same value)"), "\(plan.text)")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["set", "http-prod", "token"], input: "other\n").status == 0)
    #expect(try sandbox.vaultctl(["plan"]).text.contains("(secret: rotated)"))
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["plan"]).text.contains("No changes."))
  }

  @Test func flagsScopesThatLackAndScopesTooMany() throws {
    let sandbox = try Sandbox()
    for name in ["lacks", "exceeds"] {
      try sandbox.write(
        httpManifest(name, token: "x", scopes: "[read, write]"), to: "connections/\(name).yaml")
    }
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["scopes", "record", "lacks", "read"]).status == 0)
    #expect(
      try sandbox.vaultctl(["scopes", "record", "exceeds", "read", "write", "admin"]).status == 0)
    let plan = try sandbox.vaultctl(["plan", "--fail-on", "scope-drift"])
    #expect(plan.status == 3)
    #expect(plan.text.contains("warning[VC3002]: `lacks` was not granted `write`"))
    #expect(plan.text.contains("warning[VC3003]: `exceeds` was granted `admin`"))
    #expect(try sandbox.vaultctl(["scopes", "record", "lacks", "read", "write"]).status == 0)
    #expect(try sandbox.vaultctl(["scopes", "record", "exceeds", "read", "write"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--fail-on", "scope-drift"]).status == 0)
  }

  @Test(arguments: [
    ("another connection", "name: first", "name: second"),
    (
      "another field", "type: bearer\n    token:",
      "type: basic_auth\n    username: somebody\n    password:"
    ),
  ])
  func refusesASealedValueThatWasMoved(to target: String, from: String, into: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("first", token: "one-secret"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let moved = try sandbox.read("connections/a.yaml").replacingOccurrences(of: from, with: into)
    try sandbox.write(moved, to: "connections/a.yaml")
    let validated = try sandbox.vaultctl(["validate"])
    #expect(validated.status == 1)
    #expect(validated.errorText.contains("error[VC2015]"), "\(validated.errorText)")
    let applied = try sandbox.vaultctl(["apply", "--auto-approve"])
    #expect(applied.status == 1)
    #expect(applied.errorText.contains("error[VC2015]"), "\(applied.errorText)")
    #expect(applied.text.contains("1 failed"))
    #expect(try sandbox.vaultctl(["status"]).text.contains("pending"))
  }

  @Test func rekeyFollowsTheRecipientsAndNamesWhatToRotate() throws {
    let sandbox = try Sandbox()
    let bob = try sandbox.home.makeKey("Bob <bob@example.com>")
    try sandbox.writeProject(keys: [sandbox.key, bob])
    try sandbox.write(httpManifest("http-prod", token: "s3cr3t"), to: "connections/http.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["rekey"]).text == "Every value is sealed for its recipients.\n")

    try sandbox.writeProject(keys: [sandbox.key])
    #expect(try sandbox.vaultctl(["validate"]).errorText.contains("warning[VC2019]"))
    let rekeyed = try sandbox.vaultctl(["rekey"])
    #expect(rekeyed.status == 0, "\(rekeyed.errorText)")
    #expect(rekeyed.errorText.contains("warning[VC2020]"))
    #expect(rekeyed.text.contains("sealed the store's key anew"))
    #expect(try sandbox.vaultctl(["plan"]).text.contains("re-encrypted, same value"))
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["plan"]).text.contains("No changes."))
  }

  @Test func asksOnlyOnATerminalAndTellsWrongUsageApart() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "b"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let asked = try sandbox.vaultctl(["apply"])
    #expect(asked.status == 1)
    #expect(asked.errorText.contains("--auto-approve"))
    #expect(try sandbox.vaultctl(["plan", "--no-such-flag"]).status == 64)
    #expect(try sandbox.vaultctl(["plan", "--fail-on", "nonsense"]).status == 64)
    #expect(try sandbox.vaultctl(["plan", "--target", "nobody"]).errorText.contains("VC3010"))
  }

  @Test func prunesOnlyWhenAskedAndReplacesWhereTheAppChanges() throws {
    let sandbox = try Sandbox()
    for name in ["stays", "goes"] {
      try sandbox.write(httpManifest(name, token: "x"), to: "connections/\(name).yaml")
    }
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/connections/goes.yaml")
    let plan = try sandbox.vaultctl(["plan"])
    #expect(plan.text.contains("No changes."))
    #expect(plan.text.contains("VC3009"))
    #expect(
      try sandbox.vaultctl(["apply", "--prune", "--auto-approve"]).text.contains("1 deleted"))
    let other = """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: stays}
      spec: {app: slack}
      """
    try sandbox.write(other, to: "connections/stays.yaml")
    #expect(try sandbox.vaultctl(["plan"]).text.contains("1 to replace"))
    try sandbox.write(
      other.replacingOccurrences(
        of: "app: slack", with: "app: slack, lifecycle: {preventDestroy: true}"),
      to: "connections/stays.yaml")
    let prevented = try sandbox.vaultctl(["plan"])
    #expect(prevented.status == 1)
    #expect(prevented.text.contains("VC3013"))
  }

  @Test func editsAValueInAnEditor() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "before"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let edited = try sandbox.vaultctl(
      ["edit", "a", "token"], environment: ["EDITOR": "sed -i s/before/after/"])
    #expect(edited.status == 0, "\(edited.errorText)")
    #expect(try sandbox.vaultctl(["decrypt", "a", "token"]).text == "after")
    let same = try sandbox.vaultctl(["edit", "a", "token"], environment: ["EDITOR": "true"])
    #expect(same.text.contains("unchanged"))
    #expect(
      try sandbox.vaultctl(["edit", "a", "token"], environment: ["EDITOR": "false"]).status == 1)
  }
}
