import Foundation
import TestSupport
import Testing

/// `new`, `set` and `edit` know which fields are secret, and write the others as they are.
@Suite struct FieldCommandTests {
  private func manifest(_ sandbox: Sandbox, _ setup: String) throws {
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: a}
      spec:
        app: twilio
        setup:\(setup)

      """, to: "connections/a.yaml")
  }

  @Test func aPublicFieldIsSetAsItIs() throws {
    let sandbox = try Sandbox()
    try manifest(
      sandbox, "\n    type: api_key\n    account_id: AC1  # from the portal\n    api_key:")
    #expect(try sandbox.vaultctl(["set", "a", "account_id", "AC2"]).status == 0)
    #expect(try sandbox.read("connections/a.yaml").contains("account_id: AC2  # from the portal\n"))
    #expect(try sandbox.vaultctl(["set", "a", "account_id"], input: "0123\n").status == 0)
    #expect(try sandbox.read("connections/a.yaml").contains("account_id: 0123  #") == false)
    #expect(try sandbox.read("connections/a.yaml").contains("account_id: \"0123\"  #"))
    let refused = try sandbox.vaultctl(["set", "a", "api_key", "S3CR3T-4711"], isRecorded: false)
    #expect(refused.status == 64 && !refused.errorText.contains("4711"), "\(refused.errorText)")
    #expect(try sandbox.vaultctl(["set", "a", "account_id", ""]).status == 1)
    #expect(try sandbox.vaultctl(["set", "a", "account_id", "x", "--stdin"]).status == 64)
    #expect(try sandbox.vaultctl(["set", "a", "api_key"], input: "k").status == 0)
    #expect(try sandbox.vaultctl(["validate"]).text == "1 connection, 0 errors, 0 warnings.\n")
    try sandbox.expectTranscript()
  }

  /// Somebody sealed it on purpose.
  @Test func aPublicFieldThatWasSealedStaysSealed() throws {
    let sandbox = try Sandbox()
    try manifest(sandbox, "\n    type: api_key\n    account_id:")
    try sandbox.write(
      "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: b}\nspec: {app: twilio, setup: {type: api_key, api_key: x}}\n",
      to: "connections/b.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let text = try sandbox.read("connections/b.yaml")
    let start = try #require(text.range(of: "api_key: \""))
    try sandbox.write(
      text.replacingCharacters(in: start, with: "account_id: \""), to: "connections/b.yaml")
    #expect(try sandbox.vaultctl(["set", "b", "account_id", "AC1"]).status == 64)
    #expect(try sandbox.vaultctl(["set", "b", "account_id"], input: "AC1").status == 0)
    #expect(!(try sandbox.read("connections/b.yaml")).contains("AC1"))
  }

  @Test func editOpensThePresentValueOfAPublicField() throws {
    let sandbox = try Sandbox()
    try manifest(sandbox, "\n    type: api_key\n    account_id: AC1\n    api_key: in-clear")
    let append = ["EDITOR": "sh -c 'sed -i s/$/9/ \"$0\"'"]
    #expect(try sandbox.vaultctl(["edit", "a", "account_id"], environment: append).status == 0)
    #expect(try sandbox.read("connections/a.yaml").contains("account_id: AC19\n"))
    // A secret in plain text is opened as well, and sealed even if it stays the same.
    #expect(
      try sandbox.vaultctl(["edit", "a", "api_key"], environment: ["EDITOR": "true"]).status == 0)
    #expect(try sandbox.vaultctl(["decrypt", "a", "api_key"]).text == "in-clear")
    #expect(!(try sandbox.read("connections/a.yaml")).contains("in-clear"))
  }

  @Test func editOpensTheWholeConnection() throws {
    let sandbox = try Sandbox()
    try manifest(sandbox, "")
    let key = "-----BEGIN KEY-----\n\n  indented\n|\n-----END KEY-----\n"
    let lines = key.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    try sandbox.write(
      "# mine\naccount_id: AC: 1 #x\napi_key: |\n" + lines.map { "  \($0)\n" }.joined(),
      to: "filled")
    let fill = ["EDITOR": "cp \(sandbox.folder.path)/filled"]
    let filled = try sandbox.vaultctl(["edit", "a"], environment: fill)
    #expect(filled.status == 0, "\(filled.errorText)")
    #expect(try sandbox.vaultctl(["decrypt", "a", "api_key"], isRecorded: false).text == key)
    #expect(try sandbox.read("connections/a.yaml").contains("account_id: \"AC: 1 #x\"\n"))

    // What it opens is what it takes.
    let before = try sandbox.read("connections/a.yaml")
    let show = ["EDITOR": "sh -c 'cp \"$0\" \(sandbox.folder.path)/shown'"]
    let same = try sandbox.vaultctl(["edit", "a"], environment: show)
    #expect(same.status == 0 && same.text.contains("unchanged"), "\(same.text)\(same.errorText)")
    #expect(try sandbox.read("connections/a.yaml") == before)
    try sandbox.recordFile("shown")

    // An editor that removes blanks at the ends of lines changes nothing.
    let strip = ["EDITOR": "sed -i 's/ *$//'"]
    #expect(try sandbox.vaultctl(["edit", "a"], environment: strip).text.contains("unchanged"))

    // One field of them.
    let one = ["EDITOR": "sh -c 'sed -i s/AC:/AD:/ \"$0\"'"]
    #expect(
      try sandbox.vaultctl(["edit", "a"], environment: one).text.contains("set `account_id`"))
    let wrong = ["EDITOR": "sh -c 'echo S3CR3T >> \"$0\"'"]
    let refused = try sandbox.vaultctl(["edit", "a"], environment: wrong)
    #expect(refused.status == 1 && !refused.errorText.contains("S3CR3T"), "\(refused.errorText)")
    try sandbox.expectTranscript()
  }

  /// Neither of two lines wins by its place.
  @Test(arguments: ["account_id: AC2", "api_key: S3CR3T", "api_key: |\n  S3CR3T"])
  func aFieldHasOneLine(line: String) throws {
    let sandbox = try Sandbox()
    try manifest(sandbox, "")
    let before = try sandbox.read("connections/a.yaml")
    try sandbox.write("account_id: AC1\napi_key: one\n\(line)\n", to: "filled")
    let refused = try sandbox.vaultctl(
      ["edit", "a"], environment: ["EDITOR": "cp \(sandbox.folder.path)/filled"])
    #expect(refused.status == 1 && !refused.errorText.contains("S3CR3T"), "\(refused.errorText)")
    #expect(refused.errorText.contains("line 3 is a second one of"), "\(refused.errorText)")
    #expect(try sandbox.read("connections/a.yaml") == before)
  }

  @Test func newTakesPublicFieldsAndAsksForNothingElse() throws {
    let sandbox = try Sandbox()
    let made = try sandbox.vaultctl(["new", "a", "--app", "twilio", "--set", "account_id=AC=1: x"])
    #expect(made.status == 0, "\(made.errorText)")
    try sandbox.recordFile("connections/a.yaml")
    for wrong in ["api_key=S3CR3T", "S3CR3T", "S3CR3T=x", "account_id="] {
      let refused = try sandbox.vaultctl(
        ["new", "b", "--app", "twilio", "--set", wrong], isRecorded: wrong != "api_key=S3CR3T")
      #expect(refused.status != 0 && !refused.errorText.contains("S3CR3T"), "\(refused.errorText)")
    }
    #expect(!FileManager.default.fileExists(atPath: sandbox.folder.path + "/connections/b.yaml"))
    try sandbox.expectTranscript()
  }
}
