import Foundation
import TestSupport
import Testing

@Suite struct MainJobTests {
  @Test func sealsPlansAppliesAndThenPlansNothing() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("http-prod", token: "s3cr3t"), to: "connections/http.yaml")
    let plain = try sandbox.vaultctl(["plan"])
    #expect(plain.status == 1)
    #expect(!plain.errorText.contains("s3cr3t"))

    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["new", "slack-prod", "--app", "slack", "--empty"]).status == 0)
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 2)
    let applied = try sandbox.vaultctl(["apply", "--auto-approve"])
    #expect(applied.status == 0)

    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
    #expect(try sandbox.vaultctl(["decrypt", "http-prod", "token"]).text == "s3cr3t")
    #expect(try sandbox.vaultctl(["plan", "--fail-on", "empty"]).status == 3)
    #expect(try sandbox.vaultctl(["status"]).status == 0)
    try sandbox.expectTranscript()
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
    #expect(try Sandbox.contents(of: sandbox.folder.path) == before)
    #expect(try Sandbox.contents(of: empty.path).isEmpty)
  }

  @Test func aValueSealedAgainIsUndecidedWithoutAKeyAndTheSameWithOne() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("http-prod", token: "s3cr3t"), to: "connections/http.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["set", "http-prod", "token"], input: "s3cr3t\n").status == 0)
    let empty = try TemporaryFolder()
    sandbox.transcript.note("without a key")
    #expect(try sandbox.vaultctl(["plan"], home: empty.path).status == 0)
    sandbox.transcript.note("with the key")
    #expect(try sandbox.vaultctl(["plan"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["set", "http-prod", "token"], input: "other\n").status == 0)
    #expect(try sandbox.vaultctl(["plan"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
    try sandbox.expectTranscript()
  }

  @Test func flagsScopesThatAreMissingAndScopesThatAreNotDeclared() throws {
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
    #expect(try sandbox.vaultctl(["plan", "--fail-on", "scope-drift"]).status == 3)
    #expect(try sandbox.vaultctl(["scopes", "record", "lacks", "read", "write"]).status == 0)
    #expect(try sandbox.vaultctl(["scopes", "record", "exceeds", "read", "write"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--fail-on", "scope-drift"]).status == 0)
    try sandbox.expectTranscript()
  }

  @Test(arguments: [
    ("connection", "name: first", "name: second"),
    (
      "field", "type: bearer\n    token:",
      "type: basic_auth\n    username: somebody\n    password:"
    ),
  ])
  func refusesASealedValueThatWasMoved(toAnother target: String, from: String, into: String) throws
  {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("first", token: "one-secret"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let moved = try sandbox.read("connections/a.yaml").replacingOccurrences(of: from, with: into)
    try sandbox.write(moved, to: "connections/a.yaml")
    sandbox.transcript.note("The sealed value was moved to another \(target).")
    #expect(try sandbox.vaultctl(["validate"]).status == 1)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 1)
    #expect(try sandbox.vaultctl(["status"]).status == 0)
    try sandbox.expectTranscript(case: target)
  }

  @Test func rekeyFollowsTheRecipientsAndNamesWhatToRotate() throws {
    let sandbox = try Sandbox()
    let bob = try sandbox.home.makeKey("Bob <bob@example.com>")
    try sandbox.writeProject(keys: [sandbox.key, bob])
    try sandbox.write(httpManifest("http-prod", token: "s3cr3t"), to: "connections/http.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["rekey"]).status == 0)

    try sandbox.writeProject(keys: [sandbox.key])
    sandbox.transcript.note("Bob is no recipient any more.")
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    #expect(try sandbox.vaultctl(["rekey"]).status == 0)
    #expect(try sandbox.vaultctl(["plan"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
    try sandbox.expectTranscript()
  }

  @Test func asksOnlyAtATerminalAndDistinguishesWrongUsage() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "b"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply"]).status == 1)
    #expect(try sandbox.vaultctl(["plan", "--no-such-flag"]).status == 64)
    #expect(try sandbox.vaultctl(["plan", "--fail-on", "nonsense"]).status == 64)
    #expect(try sandbox.vaultctl(["plan", "--target", "nobody"]).status == 1)
    try sandbox.expectTranscript()
  }

  @Test func prunesOnlyWhenAskedAndReplacesWhereTheAppChanges() throws {
    let sandbox = try Sandbox()
    for name in ["stays", "goes"] {
      try sandbox.write(httpManifest(name, token: "x"), to: "connections/\(name).yaml")
    }
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/connections/goes.yaml")
    sandbox.transcript.note("The manifest of `goes` is deleted.")
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--prune", "--auto-approve"]).status == 0)
    let other = """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: stays}
      spec: {app: slack}
      """
    try sandbox.write(other, to: "connections/stays.yaml")
    sandbox.transcript.note("The app of `stays` is another.")
    #expect(try sandbox.vaultctl(["plan"]).status == 0)
    try sandbox.write(
      other.replacingOccurrences(
        of: "app: slack", with: "app: slack, lifecycle: {preventDestroy: true}"),
      to: "connections/stays.yaml")
    sandbox.transcript.note("It may not be destroyed.")
    #expect(try sandbox.vaultctl(["plan"]).status == 1)
    try sandbox.expectTranscript()
  }

  @Test func editsAValueInAnEditor() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "before"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let edited = try sandbox.vaultctl(
      ["edit", "a", "token"], environment: ["EDITOR": "sed -i s/before/after/"])
    #expect(edited.status == 0, "\(edited.errorText)")
    #expect(try sandbox.vaultctl(["decrypt", "a", "token"]).text == "after")
    sandbox.transcript.note("The editor changes nothing.")
    #expect(
      try sandbox.vaultctl(["edit", "a", "token"], environment: ["EDITOR": "true"]).status == 0)
    sandbox.transcript.note("The editor fails.")
    #expect(
      try sandbox.vaultctl(["edit", "a", "token"], environment: ["EDITOR": "false"]).status == 1)
    try sandbox.expectTranscript()
  }
}
