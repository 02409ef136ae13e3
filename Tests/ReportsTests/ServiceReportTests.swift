import Diagnostics
import Foundation
import Model
import Reports
import TestSupport
import Testing

/// The forms that CI services read.
@Suite struct ServiceReportTests {
  private func diagnostics() -> [Diagnostic] {
    [
      Diagnostic(
        .plaintextSecret, "`token` is in clear", at: location("connections/a b.yaml"),
        notes: ["50 % of it: a note"], help: ["vaultctl encrypt"]),
      Diagnostic(
        .emptyConnection, "connection `<b>&\"` is empty", severity: .warning,
        at: location("connections/c.yaml", line: 1, column: 1)),
      Diagnostic(
        .emptyConnection, "connection `<b>&\"` is empty", severity: .warning,
        at: location("connections/c.yaml", line: 9, column: 1)),
      Diagnostic(
        .unmanaged, "`x` is declared nowhere", severity: .info,
        at: .connection("x", store: "sqlite:vault.db")),
    ]
  }

  @Test func sarif() throws {
    let text = SARIF.text(
      diagnostics(), version: "1.2.3", folder: "ops/", projectFile: "vaultctl.yaml"
    ).text
    let log = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let run = try #require((log["runs"] as? [[String: Any]])?.first)
    let results = try #require(run["results"] as? [[String: Any]])
    let trimmed = try JSONSerialization.data(
      withJSONObject: results, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    try expectGolden(String(decoding: trimmed, as: UTF8.self) + "\n", "results.sarif.json")
    let driver = (run["tool"] as? [String: Any])?["driver"] as? [String: Any]
    #expect((driver?["rules"] as? [Any])?.count == DiagnosticCode.allCases.count)
    #expect(!text.contains("\"\""), "no empty text")
    try expectValid(text, schema: ProcessInfo.processInfo.environment["VAULTCTL_SARIF_SCHEMA"])
  }

  @Test func eventsAndRenewalsAreAsTheirSchemasSay() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../schemas").standardizedFileURL.path
    let at = Timestamp(milliseconds: 1_790_000_000_000)
    let kinds: [EventLine.Kind] = [
      .applied, .renamed, .deleted, .refreshed, .authorized, .revoked, .failed, .drifted,
      .rolledBack, .expiring, .scopes,
    ]
    for kind in kinds {
      let line = EventLine(kind, connection: "crm", at: at, who: "ann@laptop", version: "4")
      try expectValid(line.json.line.text, schema: folder + "/event.schema.json")
    }
    let bare = EventLine(.expiring, connection: "crm", at: at, who: nil, version: nil)
    try expectValid(bare.json.line.text, schema: folder + "/event.schema.json")
    let unknown = bare.json.line.text.replacingOccurrences(of: "expiring", with: "exploded")
    #expect(try check(unknown, schema: folder + "/event.schema.json").status == 1)

    let text = RenewalText(palette: Palette(isOn: false))
    let name = try #require(ConnectionName("crm"))
    let rows = [
      RenewalRow(name: name, result: .renewed, endsAt: at),
      RenewalRow(name: name, environment: "prod", result: .adopted),
      RenewalRow(name: name, result: .waiting),
      RenewalRow(name: name, result: .needsAuthorization, reason: "it was revoked"),
      RenewalRow(name: name, result: .failed, reason: "the service is away", nextAttemptAt: at),
    ]
    try expectValid(text.json([]).text([]).text, schema: folder + "/refresh.schema.json")
    try expectValid(text.json(rows).text([]).text, schema: folder + "/refresh.schema.json")
    #expect(text.json(rows).text([]).text.contains(#""reason" : "the service is away""#))
    for line in text.lines(rows) {
      try expectValid(line.line.text, schema: folder + "/renewal.schema.json")
    }
    #expect(text.lines(rows)[1].line.text.contains(#""environment":"prod""#))
  }

  @Test func planAsItsSchemaSays() throws {
    let schema = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../schemas/plan.schema.json").standardizedFileURL.path
    let plan = EnvironmentPlan(
      environment: "prod", store: "sqlite:vault.db", plan: try examplePlan())
    let text = PlanJSON.text([plan]).text([]).text
    try expectValid(text, schema: schema)
    try expectValid(PlanJSON.text([plan, plan]).text([]).text, schema: schema)
    let leak = text.replacingOccurrences(
      of: "\"change\" : \"rotated\"", with: "\"change\" : \"rotated\", \"to\" : \"x\"")
    #expect(leak != text)
    #expect(try check(leak, schema: schema).status == 1, "a secret has no value")
    let ofDiffs: [FindingKind] = [.movedSecret, .formerRecipient, .recipients]
    let kinds = FindingKind.allCases.filter { !ofDiffs.contains($0) }
      .map { Finding($0, nil, Diagnostic(.drift, "x")) }
    let all = Plan(changes: [], findings: kinds, unchangedCount: 0, emptyCount: 0)
    try expectValid(
      PlanJSON.text([EnvironmentPlan(environment: nil, store: "s", plan: all)]).text([]).text,
      schema: schema)
  }

  @Test func junit() throws {
    let text = JUnit.text(
      diagnostics(), suite: "vaultctl plan",
      files: ["connections/a b.yaml", "connections/ok.yaml"],
      projectFile: "vaultctl.yaml"
    ).text
    try expectGolden(text, "report.junit.xml")
    let finished = try run(
      "/usr/bin/python3",
      ["-c", "import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())"],
      input: Data(text.utf8))
    #expect(finished.status == 0, "\(finished.errorText)")
  }

  @Test func codeQualityAndAnnotations() throws {
    try expectGolden(
      CodeQuality.text(diagnostics(), folder: "ops/", projectFile: "vaultctl.yaml").text,
      "code-quality.json")
    let lines = GitHubAnnotations.text(diagnostics(), folder: "ops/").text
    try expectGolden(lines, "annotations.txt")
    let hostile = Diagnostic(.drift, "a\n::set-output name=x::y", at: .file("f,line=9::\r\n"))
    #expect(GitHubAnnotations.text([hostile], folder: "").text.split(separator: "\n").count == 1)
  }

  @Test func markdown() throws {
    try expectGolden(PlanMarkdown().text(of: "sqlite:vault.db", try examplePlan()), "plan.md")
  }

  @Test(arguments: [
    "--><script>alert(1)</script>", "a|b", "``` \n# heading", "`", "[x](http://evil)", "@team",
    "![x](http://evil)", "</details>",
  ])
  func markdownReadsNamesAsText(_ hostile: String) throws {
    let plan = Plan(
      changes: [
        Change(
          connection: try ConnectionName(hostile) ?? name("it"), app: AppID(hostile),
          action: .create, reason: .notInStore,
          details: [.plain("note", from: nil, to: .string(hostile))], location: .file(hostile))
      ],
      findings: [
        Finding(.drift, nil, Diagnostic(.drift, hostile, at: .file(hostile), notes: [hostile]))
      ], unchangedCount: 0, emptyCount: 0)
    let text = PlanMarkdown().text(of: hostile, plan)
    let finished = try renderedTags(text)
    #expect(finished == ["details", "summary"], "\(finished)\n\(text)")
  }

  @Test func tenThousandChangesFitAndReportHowManyAreOmitted() throws {
    let changes = try (0..<10_000).map { number in
      Change(
        connection: try name("connection-\(number)"), app: "crm", action: .create,
        reason: .notInStore, details: [.secret("api_key", .set)], location: nil)
    }
    let findings = changes.map {
      Finding(
        .empty, $0.connection,
        Diagnostic(.emptyConnection, "`\($0.connection)` is empty", severity: .warning))
    }
    let text = PlanMarkdown().text(
      of: "s", Plan(changes: changes, findings: findings, unchangedCount: 0, emptyCount: 10_000))
    #expect(text.utf8.count <= 65_536 && text.utf8.count > 50_000)
    #expect(text.contains("vaultctl plan: 10000 to create"))
    for what in ["table rows", "connections' details"] {
      #expect(text.contains(" of 10000 \(what)"))
    }
    #expect(text.contains("; the same of `connection-1`,") && text.contains(" and 9991 more\n"))
    #expect(text.contains("</details>\n"))
  }

  /// The HTML tags that are left where code ranges, fences, comments and escapes are taken away.
  private func renderedTags(_ markdown: String) throws -> Set<String> {
    var text = markdown
    for pattern in [
      #"(?s)<!--.*?-->"#, #"(?ms)^(`{3,})diff$.*?^\1$"#, #"(`+)(?!`).*?(?<!`)\1(?!`)"#, #"\\."#,
    ] {
      text = text.replacingOccurrences(of: pattern, with: "", options: .regularExpression)
    }
    #expect(!text.contains("@") && !text.contains("]("), "\(text)")
    return Set(text.matches(of: /<\/?([a-z]+)/).map { String($0.1) })
  }

  private func check(_ text: String, schema: String) throws -> Finished {
    let program = try #require(
      ProcessInfo.processInfo.environment["VAULTCTL_CHECK_JSONSCHEMA"],
      "the path of check-jsonschema; Tests/run sets it")
    let folder = try TemporaryFolder()
    try folder.write(text, to: "it.json")
    return try run(program, ["--schemafile", schema, folder.path + "/it.json"])
  }

  /// Without a schema nothing is checked: the official SARIF one is not part of this repository.
  private func expectValid(_ text: String, schema: String?) throws {
    guard let schema else { return }
    let finished = try check(text, schema: schema)
    #expect(finished.status == 0, "\(finished.text)\(finished.errorText)")
  }
}
