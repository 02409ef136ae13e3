import Diagnostics
import Foundation
import Model
import Reports
import TestSupport
import Testing

@Suite struct ReportTests {
  private let plain = Palette(isOn: false)

  @Test func planAsText() throws {
    let text = PlanText(palette: plain).text(of: "sqlite:vault.db", try examplePlan())
    try expectGolden(text, "plan.txt")
    #expect(text.contains("Plan: 2 to create, 4 to update, 1 to replace, 1 to adopt, 1 to delete."))
    #expect(!text.contains("\u{1B}"))
  }

  @Test func coloursChangeNothingButColours() throws {
    let plan = try examplePlan()
    let coloured = PlanText(palette: Palette(isOn: true)).text(of: "s", plan)
    let bare = coloured.replacingOccurrences(
      of: "\u{1B}\\[[0-9;]*m", with: "", options: .regularExpression)
    #expect(bare != coloured)
    #expect(bare == PlanText(palette: plain).text(of: "s", plan))
  }

  @Test func planAsJSON() throws {
    let text = PlanJSON.text([
      EnvironmentPlan(environment: nil, store: "sqlite:vault.db", plan: try examplePlan())
    ]).text([]).text
    try expectGolden(text, "plan.json")
    let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    #expect((parsed?["changes"] as? [Any])?.count == 9)
  }

  @Test func anEmptyPlan() throws {
    let plan = Plan(changes: [], findings: [], unchangedCount: 1, emptyCount: 0)
    #expect(
      PlanText(palette: plain).text(of: "s", plan)
        == "No changes. 1 connection up to date.\n")
  }

  @Test func statusAsTextAndJSON() throws {
    let at = Timestamp(milliseconds: 1_790_000_000_000)
    let rows = [
      StatusRow(name: try name("ready"), app: "crm", state: .ready, version: "3", updatedAt: at),
      StatusRow(
        name: try name("to-be-filled"), app: "mail", state: .empty, missing: ["key", "zone"],
        version: "1", updatedAt: at),
      StatusRow(
        name: try name("scopes"), app: "crm", state: .scopeDrift, version: "2", updatedAt: at),
      StatusRow(name: try name("new"), app: "crm", state: .pending, version: nil, updatedAt: nil),
    ]
    let list = StatusList(environment: nil, store: "sqlite:vault.db", rows: rows)
    try expectGolden(StatusText(palette: plain).text([list]).rendered, "status.txt")
    try expectGolden(StatusJSON.report([list]).text([]).text, "status.json")
    #expect(
      StatusText(palette: Palette(isOn: true)).text([list]).rendered.contains("\u{1B}[38;5;208m●"),
      "orange flags an empty one")
  }

  @Test func diagnosticsShowTheirLineWithoutItsSecret() throws {
    let source = """
      spec:
        setup:
          type: key
          token: hunter2 hunter2
          zone: mars

      """
    let secret = SourceRange(
      Position(line: 4, column: 12, offset: 40), Position(line: 4, column: 27, offset: 55))
    let redacted = RedactedSource(Array(source.utf8), hidden: [secret.byteRange])
    let text = DiagnosticText(sources: ["it.yaml": redacted], palette: plain).text([
      Diagnostic(
        .plaintextSecret, "a secret in clear", at: .source(file: "it.yaml", range: secret),
        label: "seal it", help: ["vaultctl encrypt"]),
      Diagnostic(
        .notOneOf, "no such zone",
        at: .source(
          file: "it.yaml",
          range: SourceRange(
            Position(line: 5, column: 11, offset: 66), Position(line: 5, column: 15, offset: 70))),
        label: "not a zone", notes: ["one of: eu, us"]),
      Diagnostic(.gpgUnavailable, "gpg cannot be started", severity: .warning),
    ]).rendered
    try expectGolden(text, "diagnostics.txt")
    #expect(!text.contains("hunter2"))
  }

  /// Names, values and places of somebody else's, made to mislead a terminal or a reader.
  @Test(arguments: [
    "a\u{1B}[2Jb", "a\nb", "a\rPlan: 0 to create", "\u{202E}gnp.exe", "a\u{9B}31mb", "a\u{2028}b",
    "\u{200B}a", "e\u{301}",
  ])
  func hostileTextsCannotMislead(_ hostile: String) throws {
    let connection = try ConnectionName(hostile) ?? name("it")
    let change = Change(
      connection: connection, app: "crm", action: .create, reason: .notInStore,
      details: [
        .plain(FieldName(hostile), from: nil, to: .string(hostile)),
        .label(hostile, from: nil, to: hostile), .scopes(added: [Scope(hostile)], removed: []),
        .secret(FieldName(hostile), .set),
      ], location: .file(hostile))
    let fault = Diagnostic(
      .unknownKey, hostile, at: .file(hostile), label: hostile, notes: [hostile],
      help: [hostile])
    let plan = Plan(
      changes: [change], findings: [Finding(.drift, nil, fault)], unchangedCount: 0,
      emptyCount: 0)
    let tame = hostile.unicodeScalars.allSatisfy(\.isShowable)
    let row = StatusRow(
      name: connection, app: "crm", state: .ready, version: nil, updatedAt: nil)
    let texts = [
      PlanText(palette: plain).text(of: hostile, plan),
      StatusText(palette: plain).text([StatusList(environment: nil, store: "s", rows: [row])])
        .rendered,
      ApplyText(palette: plain).line(change, .done).rendered,
      DiagnosticText(palette: plain).text(fault).rendered,
    ]
    for text in texts {
      #expect(text.unicodeScalars.allSatisfy { $0.isShowable || $0 == "\n" }, "\(text)")
    }
    #expect(texts[0].contains(hostile) == tame)
    let lines = texts[0].split(separator: "\n", omittingEmptySubsequences: false).count
    let other = PlanText(palette: plain).text(
      of: "s",
      Plan(changes: [], findings: [], unchangedCount: 0, emptyCount: 0))
    #expect(lines > other.split(separator: "\n").count && lines < 20)
  }

  @Test func theOutcomeOfAnApply() throws {
    let text = ApplyText(palette: plain)
    func change(_ name: String, _ action: ChangeAction = .create) throws -> Change {
      try Change(
        connection: #require(ConnectionName(name)), app: "crm", action: action, reason: .declared,
        details: [],
        location: nil)
    }
    #expect(
      text.summary(
        [(try change("a"), .done), (try change("b", .update("i", from: "1")), .done)], empty: 1
      ).rendered
        == "Applied: 1 created, 1 updated, 0 deleted. 1 empty connection.")
    let many = try (10..<35).map { (try change("c\($0)"), ApplyText.Outcome.skipped) }
    #expect(
      text.summary([(try change("a"), .done), (try change("b"), .failed)] + many, empty: 0).rendered
        == """
        Incomplete: 1 created, 0 updated, 0 deleted; 1 failed, 25 not started.
          failed: b
          not started: \((10..<30).map { "c\($0)" }.joined(separator: ", ")) and 5 more
        """)
  }
}
