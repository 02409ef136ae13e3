import Foundation
import TestSupport
import Testing

/// The vault page as a command writes it; `Tests/Browser/` looks at it.
@Suite struct ReportCommandTests {
  private func sandbox(extra: String = "") throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: extra)
    try sandbox.write(httpManifest("a", token: "t0ken-canary"), to: "connections/a.yaml")
    try sandbox.write(httpManifest("b", token: "null"), to: "connections/b.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    return sandbox
  }

  /// The data in a page.
  private func data(_ sandbox: Sandbox, _ file: String = "page/index.html") throws -> [String: Any]
  {
    let html = try sandbox.read(file)
    let island = try #require(
      html.components(separatedBy: "id=\"data\">").last?.components(separatedBy: "</script>").first)
    return try #require(
      JSONSerialization.jsonObject(with: Data(island.utf8)) as? [String: Any])
  }

  private func connections(_ data: [String: Any]) throws -> [[String: Any]] {
    try #require(data["connections"] as? [[String: Any]])
  }

  @Test func thePageIsOneFileWithThePlanOfTheOtherFormats() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "n3w-canary").status == 0)
    let before = try Sandbox.contents(of: sandbox.folder.path)
    let made = try sandbox.vaultctl(["report", "--out", "page"])
    #expect(made.status == 0 && made.text == "Wrote page/index.html\n", "\(made.errorText)")
    var after = try Sandbox.contents(of: sandbox.folder.path)
    #expect(after.removeValue(forKey: "page") != nil)
    #expect(after.removeValue(forKey: "page/index.html") != nil)
    #expect(after == before, "nothing else was written")
    let html = try sandbox.read("page/index.html")
    #expect(!html.contains("canary") && !html.contains("BEGIN PGP"))
    let data = try data(sandbox)
    let environments = try #require(data["environments"] as? [[String: Any]])
    let text = try sandbox.vaultctl(["plan", "--format", "json"]).output
    var plan = try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
    // Of the document alone, not of the plan in it.
    for member in ["format_version", "diagnostics"] {
      #expect(plan.removeValue(forKey: member) != nil)
    }
    #expect(
      try #require(environments.first?["plan"] as? NSDictionary) == plan as NSDictionary)
    let connections = try connections(data)
    #expect(connections.map { $0["name"] as? String } == ["a", "b"])
    #expect(connections.map { $0["state"] as? String } == ["pending", "empty"])
    #expect(connections.map { ($0["history"] as? [Any])?.count } == [1, 1])
    let people = try #require(data["people"] as? [[String: Any]])
    #expect(people.map { $0["fingerprint"] as? String } == [sandbox.key])
    #expect(people.map { $0["state"] as? String } == ["usable"])
    // Again, over the previous one; without a key nobody has a name, and nothing else is missing.
    let empty = sandbox.folder.path + "/nobody"
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    let keyless = try sandbox.vaultctl(["report", "--out", "page/"], home: empty)
    #expect(keyless.status == 0, "\(keyless.errorText)")
    let strangers = try #require(try self.data(sandbox)["people"] as? [[String: Any]])
    #expect(strangers.map { $0["state"] as? String } == ["unknown", "unknown"])
    #expect(strangers.allSatisfy { $0["name"] == nil })
  }

  @Test func offlineThePageNeedsNoStore() throws {
    let sandbox = try sandbox(extra: "store: {type: sqlite, ledger: git}")
    try sandbox.git(["init", "--quiet"])
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["report", "--offline", "--out", "page"]).status == 0)
    let connections = try connections(try data(sandbox))
    #expect(connections.first?["state"] as? String == "ready" && connections.count == 2)
    #expect(connections.allSatisfy { $0["history"] == nil })
  }

  @Test func everyEnvironmentIsShownAndOneThatCannotBeReadIsAFault() throws {
    let sandbox = try sandbox(
      extra: """
        environments:
          staging: {}
          prod: {store: {type: sqlite, path: .vaultctl/production.db}}
        """)
    #expect(try sandbox.vaultctl(["report", "--out", "page"]).status == 0)
    let both = try data(sandbox)
    #expect(try connections(both).map { $0["env"] as? Int } == [0, 0, 1, 1])
    #expect(try sandbox.vaultctl(["report", "--env", "prod", "--out", "one"]).status == 0)
    let one = try #require(try data(sandbox, "one/index.html")["environments"] as? [[String: Any]])
    #expect(one.map { $0["name"] as? String } == ["prod"])
    try sandbox.write("no database", to: ".vaultctl/production.db")
    let broken = try sandbox.vaultctl(["report", "--out", "page"])
    #expect(broken.status == 1 && broken.text == "Wrote page/index.html\n")
    let rest = try data(sandbox)
    #expect((rest["faults"] as? [Any])?.isEmpty == false && !broken.errorText.isEmpty)
    let environments = try #require(rest["environments"] as? [[String: Any]])
    #expect(environments.map { $0["name"] as? String } == ["staging"])
    // Alone, there is nothing to show.
    #expect(try sandbox.vaultctl(["report", "--env", "prod", "--out", "two"]).status == 1)
    #expect(!FileManager.default.fileExists(atPath: sandbox.folder.path + "/two"))
  }

  @Test func anotherPageAndAnInvalidProjectAreRefused() throws {
    let sandbox = try sandbox()
    try sandbox.write("<!DOCTYPE html><h1>Mine</h1>\n", to: "site/index.html")
    let refused = try sandbox.vaultctl(["report", "--out", "site"])
    #expect(refused.status == 1)
    try sandbox.recordFile("site/index.html")
    try sandbox.write("", to: "file")
    #expect(try sandbox.vaultctl(["report", "--out", "file"]).status == 1)
    #expect(try sandbox.vaultctl(["report"]).status == 64)
    #expect(try sandbox.vaultctl(["report", "--env", "all", "--out", "page"]).status == 1)
    try sandbox.write(httpManifest("a", token: "in-clear"), to: "connections/a.yaml")
    let invalid = try sandbox.vaultctl(["report", "--out", "page"])
    #expect(invalid.status == 1 && invalid.errorText.contains("VC2003"))
    #expect(!FileManager.default.fileExists(atPath: sandbox.folder.path + "/page"))
    try sandbox.expectTranscript()
  }
}
