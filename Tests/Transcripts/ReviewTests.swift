import Foundation
import TestSupport
import Testing

/// A pull request as its reviewer sees it: one branch rotates a secret, renames a connection, drops
/// a recipient and adds a flow.
@Suite struct ReviewTests {
  private static let values = ["first-crm-value", "first-mail-value", "second-crm-value"]

  /// `main` is applied; `change` is checked out.
  private struct Repository {
    let sandbox: Sandbox
    /// What a text has of the keys, by what it is called in the transcripts.
    let keys: [(text: String, name: String)]

    init() throws {
      sandbox = try Sandbox()
      let bob = try sandbox.home.makeKey("Bob <bob@example.com>")
      keys = try Self.keys(sandbox, [("ANN", sandbox.key), ("BOB", bob)])
      let extra = "flows: [flows/**/*.json]"
      try sandbox.writeProject(keys: [sandbox.key, bob], extra: extra)
      for name in ["crm", "mail"] {
        try sandbox.write(
          """
          apiVersion: vaultctl/v1
          kind: Connection
          metadata:
            name: \(name)
          spec:
            app: twilio
            setup:
              type: api_key
              account_id: AC00000000000000000000000000000000
              api_key: first-\(name)-value
          """, to: "connections/\(name).yaml")
      }
      try sandbox.write(
        """
        apiVersion: vaultctl/v1
        kind: Connection
        metadata:
          name: chat
        spec:
          app: slack
        """, to: "connections/chat.yaml")
      try sandbox.git(["init", "--quiet", "--initial-branch=main"])
      try vaultctl(["encrypt"])
      try commit("main")
      try vaultctl(["apply", "--auto-approve"])

      try sandbox.git(["checkout", "--quiet", "-b", "change"])
      try vaultctl(["set", "crm", "api_key"], input: "second-crm-value")
      try sandbox.writeProject(keys: [sandbox.key], extra: extra)
      try vaultctl(["rekey"])
      try vaultctl(["rename", "mail", "post"])
      try sandbox.write(
        """
        {"id": "af_1", "name": "Welcome", "actions": [
          {"id": "1", "type": "FLOW", "action": "BOOLEAN_CONDITION", "params": {
            "then": [{"id": "2", "type": "TWILIO", "action": "SEND_SMS",
              "params": {"connection_id": "crm"}}],
            "else": [{"id": "3", "type": "SLACK", "action": "POST_MESSAGE",
              "params": {"connection_id": "chat"}}]}},
          {"id": "4", "type": "STRIPE", "action": "GET_CUSTOMER",
            "params": {"connection_id": "post"}}
        ]}
        """, to: "flows/welcome.json")
      try commit("change")
    }

    private static func keys(
      _ sandbox: Sandbox, _ owners: [(String, String)]
    ) throws -> [(text: String, name: String)] {
      try owners.flatMap { owner, fingerprint in
        let listed = try sandbox.home.gpg(
          ["--with-colons", "--with-subkey-fingerprint", "--list-keys", fingerprint])
        let all = listed.text.split(separator: "\n").filter { $0.hasPrefix("fpr:") }
          .compactMap { $0.split(separator: ":", omittingEmptySubsequences: false)[9] }
        return all.enumerated().flatMap { index, text in
          [
            (String(text), "\(owner)-FINGERPRINT-\(index)"),
            (String(text.suffix(16)), "\(owner)-ID-\(index)"),
          ]
        }
      }
    }

    @discardableResult
    func vaultctl(_ arguments: [String], input: String = "", home: String? = nil) throws
      -> Finished
    {
      let finished = try sandbox.vaultctl(
        arguments, input: input, home: home, isRecorded: false)
      #expect(finished.status == 0, "\(arguments): \(finished.errorText)")
      return finished
    }

    private func commit(_ message: String) throws {
      try sandbox.write(".vaultctl/\n", to: ".gitignore")
      try sandbox.git(["add", "--all"])
      #expect(try sandbox.git(["commit", "--quiet", "-m", message]).status == 0)
    }

    func normalized(_ text: String) throws -> String {
      let head = String(try sandbox.git(["rev-parse", "HEAD"]).text.prefix(7))
      return keys.reduce(text.replacingOccurrences(of: head, with: "HEAD")) {
        $0.replacingOccurrences(of: $1.text, with: $1.name)
      }
    }
  }

  @Test func diffPlanAndFindingsAreAsRecorded() throws {
    let repository = try Repository()
    let empty = try GPGHome()
    for (home, suffix) in [(nil, ""), (empty.path, "-without-keys")] as [(String?, String)] {
      for (arguments, name) in [
        (["diff", "main..change"], "review-diff\(suffix).txt"),
        (["diff", "main", "--format", "json"], "review-diff\(suffix).json"),
        (["plan", "--format", "markdown"], "review-plan\(suffix).md"),
        (["plan", "--format", "sarif"], "review-plan\(suffix).sarif.json"),
      ] {
        let printed = try repository.vaultctl(arguments, home: home)
        for value in Self.values {
          #expect(!printed.text.contains(value) && !printed.errorText.contains(value))
        }
        let text = name.hasSuffix("sarif.json") ? try withoutRules(printed.text) : printed.text
        try expectGolden(try repository.normalized(text), name)
      }
    }
  }

  @Test func withoutKeysThePlanHasTheSameChanges() throws {
    let repository = try Repository()
    let empty = try GPGHome()
    let withKeys = try changes(repository.vaultctl(["plan", "--format", "json"]))
    let without = try changes(
      repository.vaultctl(["plan", "--format", "json"], home: empty.path))
    #expect(withKeys == without)
    #expect(withKeys == ["crm twilio reaches Welcome", "post twilio reaches Welcome"])
  }

  private func changes(_ plan: Finished) throws -> [String] {
    let document = try JSONSerialization.jsonObject(with: plan.output) as? [String: Any]
    let changes = try #require(document?["changes"] as? [[String: Any]])
    return try changes.map { change in
      let flows = try #require(change["flows"] as? [[String: Any]])
      let name = try #require(change["connection"] as? String)
      let app = try #require(change["app"] as? String)
      let reached = flows.compactMap { $0["flow"] as? String }
      return "\(name) \(app) reaches \(reached.joined(separator: ", "))"
    }
  }

  @Test func aBareCloneIsEnough() throws {
    let repository = try Repository()
    let bare = try TemporaryFolder()
    try repository.sandbox.git(["clone", "--quiet", "--bare", ".", bare.path + "/it.git"])
    let here = try repository.vaultctl(["diff", "main..change"])
    let there = try repository.vaultctl(["diff", "main..change", "-C", bare.path + "/it.git"])
    #expect(there.text == here.text)
    let merged = try repository.vaultctl(["diff", "main...change", "-C", bare.path + "/it.git"])
    #expect(merged.text == here.text)
  }

  @Test func exitCodesAreThoseOfAPlan() throws {
    let sandbox = try Repository().sandbox
    #expect(try sandbox.vaultctl(["diff", "main..change", "--detailed-exitcode"]).status == 2)
    #expect(try sandbox.vaultctl(["diff", "change..change", "--detailed-exitcode"]).status == 0)
    #expect(
      try sandbox.vaultctl(["diff", "main..change", "--fail-on", "former-recipient"]).status == 3)
    for range in ["nowhere", "--output=x", "main..nowhere"] {
      #expect(try sandbox.vaultctl(["diff", "--", range]).status == 1, "\(range)")
    }
    try sandbox.expectTranscript()
  }

  /// Also one that the branch takes out of it.
  @Test(arguments: [true, false]) func aDiffObeysThePolicyOfBothSides(isTakenOut: Bool) throws {
    let sandbox = try Sandbox()
    let bob = try sandbox.home.makeKey("Bob <bob@example.com>")
    let policy = "policy: {failOn: [former-recipient]}"
    try sandbox.writeProject(keys: [sandbox.key, bob], extra: policy)
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    try sandbox.git(["init", "--quiet"])
    try sandbox.git(["add", "."])
    try sandbox.git(["commit", "--quiet", "-m", "x"])
    #expect(try sandbox.vaultctl(["diff"]).status == 0)
    try sandbox.writeProject(extra: isTakenOut ? "" : policy)
    #expect(try sandbox.vaultctl(["rekey"]).status == 0)
    #expect(try sandbox.vaultctl(["diff"]).status == 3)
  }

  @Test func aMessageThatWasMovedIsAnErrorWithoutAnyKey() throws {
    let repository = try Repository()
    let sandbox = repository.sandbox
    let moved = try sandbox.read("connections/crm.yaml")
    try sandbox.write(
      moved.replacingOccurrences(of: "name: crm", with: "name: thief"), to: "connections/thief.yaml"
    )
    let empty = try GPGHome()
    let diff = try sandbox.vaultctl(["diff"], home: empty.path)
    #expect(diff.status == 1)
    try sandbox.expectTranscript()
  }

  /// The rules are of the tool, not of the run.
  private func withoutRules(_ text: String) throws -> String {
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let runs = try #require(object["runs"] as? [[String: Any]])
    // The line of a recipient has its fingerprint, which is another one in each run.
    let results = runs.map { run in
      (run["results"] as? [[String: Any]] ?? []).map { result in
        result.filter { $0.key != "partialFingerprints" || result["ruleId"] as? String != "VC2001" }
      }
    }
    let data = try JSONSerialization.data(
      withJSONObject: results, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
