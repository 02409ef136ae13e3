import Foundation
import TestSupport
import Testing

/// The comment on a change that does everything a reviewer must not miss: one secret set, a connection
/// renamed while a flow still names it, a token endpoint moved to another domain with a scope added, a
/// connection deleted, a recipient removed and everything sealed again, and an empty connection that a
/// flow needs.
@Suite struct ReviewCommentTests {
  private let sandbox: Sandbox
  /// The present fingerprints of the people, and what the transcripts call them.
  private let people: [(key: String, name: String)]

  init() throws {
    sandbox = try Sandbox()
    let ci = try sandbox.home.makeKey("CI <ci@example.com>")
    let bob = try sandbox.home.makeKey("Bob Contractor <bob@example.com>")
    people = [(sandbox.key, "ANN"), (ci, "CI"), (bob, "BOB")]
    try writeMain(keys: [sandbox.key, ci, bob])
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    try vaultctl(["encrypt"])
    try commit("main")
    try vaultctl(["apply", "--auto-approve"])
    try sandbox.git(["checkout", "--quiet", "-b", "change"])
    try writeChange(keys: [sandbox.key, ci])
    try commit("change")
  }

  private func writeMain(keys: [String]) throws {
    try sandbox.write(".vaultctl/\n", to: ".gitignore")
    try sandbox.writeProject(keys: keys, extra: "flows: [flows/**/*.json]")
    for (key, name) in zip(keys, ["ann", "ci", "bob"]) {
      try sandbox.write(
        sandbox.home.gpg(["--armor", "--export", key]).text, to: "keys/\(name).asc")
    }
    try declare(
      "slack-alerts", "slack", "type: webhook", "url: https://hooks.slack.com/services/T0/B0/first")
    try declare(
      "stripe-live", "stripe", "type: key_pair", "public_key: pk_live_1", "private_key: sk-first")
    try declare(
      "twilio-prod", "twilio", "type: api_key", "account_id: AC00000000000000000000000000000000",
      "api_key: twilio-first")
    try declare("sendgrid-old", "sendgrid", "type: api_key", "api_key: SG.first")
    try declare(
      "crm-api", "http", "type: oauth_client_credentials", "client_id: flows",
      "token_endpoint: https://id.crm.example.com/oauth/token", "client_secret: crm-first",
      scopes: "[contacts:read]")
    try sandbox.write(
      """
      {"name": "signup", "actions": [
        {"id": "notify", "type": "SLACK", "action": "POST_MESSAGE",
          "params": {"connection_id": "slack-alerts"}},
        {"id": "pay", "type": "STRIPE", "action": "CREATE_CUSTOMER",
          "params": {"connection_id": "stripe-live"}}
      ]}
      """, to: "flows/signup.json")
  }

  private func writeChange(keys: [String]) throws {
    try vaultctl(["set", "stripe-live", "private_key"], input: "sk-second")
    try vaultctl(["rename", "slack-alerts", "slack-ops"])
    let crm = try sandbox.read("connections/crm-api.yaml")
    try sandbox.write(
      crm.replacingOccurrences(of: "id.crm.example.com", with: "id.crm-login.example.net")
        .replacingOccurrences(of: "[contacts:read]", with: "[contacts:read, contacts:write]"),
      to: "connections/crm-api.yaml")
    try sandbox.git(["rm", "--quiet", "connections/sendgrid-old.yaml"])
    try sandbox.writeProject(keys: keys, extra: "flows: [flows/**/*.json]")
    try vaultctl(["rekey"])
    try declare("hubspot-new", "hubspot")
    try sandbox.write(
      """
      {"name": "upsell", "actions": [
        {"id": "find", "type": "HUBSPOT", "action": "UPSERT_CONTACT",
          "params": {"connection_id": "hubspot-new"}}
      ]}
      """, to: "flows/upsell.json")
  }

  private func declare(
    _ name: String, _ app: String, _ setup: String..., scopes: String? = nil
  ) throws {
    let lines =
      ["apiVersion: vaultctl/v1", "kind: Connection", "metadata:", "  name: \(name)", "spec:"]
      + ["  app: \(app)"] + (setup.isEmpty ? [] : ["  setup:"]) + setup.map { "    \($0)" }
      + (scopes.map { ["  scopes: \($0)"] } ?? [])
    try sandbox.write(lines.joined(separator: "\n") + "\n", to: "connections/\(name).yaml")
  }

  private func commit(_ message: String) throws {
    try sandbox.git(["add", "--all"])
    #expect(try sandbox.git(["commit", "--quiet", "-m", message]).status == 0)
  }

  /// - Parameter status: 3 if the run has a key, which shows that the moved secret is the old one.
  @discardableResult
  private func vaultctl(
    _ arguments: [String], input: String = "", home: String? = nil, status: Int32 = 0
  ) throws -> String {
    let finished = try sandbox.vaultctl(arguments, input: input, home: home, isRecorded: false)
    #expect(finished.status == status, "\(arguments): \(finished.errorText)")
    return finished.text + (status == 0 ? finished.errorText : "")
  }

  /// Keys, and the ids of commits, are others in each run.
  private func normalized(_ text: String) throws -> String {
    var text = text
    for (key, name) in people {
      text = text.replacingOccurrences(of: key, with: "\(name)-FINGERPRINT")
        .replacingOccurrences(of: String(key.suffix(16)), with: "\(name)-ID")
    }
    for (revision, name) in [("main", "BASE"), ("change", "HEAD")] {
      let id = try sandbox.git(["rev-parse", revision]).text.prefix(7)
      text = text.replacingOccurrences(of: id, with: name)
    }
    return text
  }

  @Test func answersWithoutAKeyWhatAReviewerAsks() throws {
    let reviewer = try GPGHome()
    for name in ["ann", "ci", "bob"] {
      _ = try reviewer.gpg(["--import", sandbox.folder.path + "/keys/\(name).asc"])
    }
    for (arguments, name) in [
      (["plan", "--prune", "--output", "markdown", "--base", "main"], "comment.md"),
      (["diff", "main...change"], "diff.txt"), (["validate"], "validate.txt"),
    ] {
      let text = try vaultctl(arguments, home: reviewer.path)
      for value in ["first", "second"] { #expect(!text.contains(value)) }
      try expectGolden(
        try normalized(text), "ReviewCommentTests/answersWithoutAKeyWhatAReviewerAsks.\(name)")
    }
  }

  @Test func saysWithAKeyWhichValueIsNew() throws {
    let text = try vaultctl(
      ["plan", "--prune", "--output", "markdown", "--base", "main"], status: 3)
    try expectGolden(
      try normalized(text), "ReviewCommentTests/saysWithAKeyWhichValueIsNew.comment.md")
    #expect(text.contains("`private_key` **new value**"))
    #expect(text.contains("`api_key` re-encrypted, same value"))
  }

  /// The branch imports a key of its own, as pipelines do, and calls it what it likes.
  @Test func aNameThatOnlyTheBranchClaimsIsNotVerified() throws {
    let mallory = try sandbox.home.makeKey("Ann Platform <ann@example.com>")
    try sandbox.write(
      sandbox.home.gpg(["--armor", "--export", mallory]).text, to: "keys/new.asc")
    try sandbox.writeProject(
      keys: people.prefix(2).map(\.key) + [mallory], extra: "flows: [flows/**/*.json]")
    try vaultctl(["rekey"])
    let text = try vaultctl(["plan", "--output", "markdown", "--base", "main"], status: 3)
    let short = mallory.suffix(16)
    #expect(
      text.contains("🔴 `Ann Platform <ann@example.com>, name unverified (\(short))` gains access"))
    let diff = try vaultctl(["diff", "main"])
    #expect(diff.contains("new reader: Ann Platform <ann@example.com>, name unverified (\(short))"))
    #expect(try vaultctl(["plan"], status: 3).contains("Ann Platform <ann@example.com> (\(short))"))
  }

  enum Planted: CaseIterable { case link, text, empty, folderIsALink, folderIsAFile }

  /// What the branch brought cannot be told from what was in the keyring before.
  @Test(arguments: Planted.allCases)
  func aKeyFileThatCannotBeReadVouchesForNoName(planted: Planted) throws {
    let mallory = try sandbox.home.makeKey("Ann Platform <ann@example.com>")
    let exported = try sandbox.home.gpg(["--armor", "--export", mallory]).text
    let keys = sandbox.folder.path + "/keys"
    switch planted {
    case .link:
      try sandbox.write(exported, to: "other/new.txt")
      try FileManager.default.createSymbolicLink(
        atPath: keys + "/new.asc", withDestinationPath: "../other/new.txt")
    case .text: try sandbox.write("no key\n", to: "keys/new.asc")
    case .empty: try sandbox.write("", to: "keys/new.asc")
    case .folderIsALink:
      try FileManager.default.moveItem(atPath: keys, toPath: sandbox.folder.path + "/other")
      try FileManager.default.createSymbolicLink(atPath: keys, withDestinationPath: "other")
    case .folderIsAFile:
      try FileManager.default.removeItem(atPath: keys)
      try sandbox.write(exported, to: "keys")
    }
    try sandbox.writeProject(
      keys: people.prefix(2).map(\.key) + [mallory], extra: "flows: [flows/**/*.json]")
    try vaultctl(["rekey"])
    let text = try vaultctl(["plan", "--output", "markdown", "--base", "main"], status: 3)
    let name = "Ann Platform <ann@example.com>, name unverified (\(mallory.suffix(16)))"
    #expect(text.contains("🔴 `\(name)` gains access"), "\(text)")
    #expect(try vaultctl(["diff", "main"]).contains("new reader: \(name)"))
    // Those whom the trusted commit knows keep their names.
    #expect(!text.contains("CI <ci@example.com>, name unverified"), "\(text)")
  }

  /// The project file of the commit that a change branched off from has errors, and neither the change nor
  /// the target branch has them any more.
  @Test func aBaseThatCannotBeReadIsReportedAndVerifiesNoName() throws {
    let project = try sandbox.read("vaultctl.yaml")
    try sandbox.write(project + "\n[\n", to: "vaultctl.yaml")
    try commit("broken")
    try sandbox.write(project, to: "vaultctl.yaml")
    try commit("repaired on the target branch")
    try sandbox.git(["update-ref", "refs/remotes/origin/main", "HEAD"])
    try sandbox.git(["reset", "--quiet", "--hard", "HEAD~1"])
    try sandbox.write(project, to: "vaultctl.yaml")
    try sandbox.write("x\n", to: "README")
    try commit("repaired here")
    let text = try vaultctl(
      ["plan", "--output", "markdown", "--trust-ref", "refs/remotes/origin/main"], status: 3)
    #expect(
      text.contains("because the commit to compare with cannot be read"), "\(text)")
    #expect(!text.contains("by `--base`"), "\(text)")
    #expect(text.contains("CI <ci@example.com>, name unverified"), "\(text)")
  }

  @Test func withoutABaseItSaysThatReadersBeforeAreUnknown() throws {
    let text = try vaultctl(["plan", "--output", "markdown"], status: 3)
    #expect(text.contains("name the commit to compare with, by `--base`"))
    #expect(!text.contains("gains access"))
  }
}
