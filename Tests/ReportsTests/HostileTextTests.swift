import Diagnostics
import Foundation
import Model
import Reports
import TestSupport
import Testing

/// Names of somebody else's in the formats of other programs, each by that format's own rule.
@Suite struct HostileTextTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let outside: String
    let written: String
    var testDescription: String { written }

    init(_ outside: String, _ written: String) {
      self.outside = outside
      self.written = written
    }
  }

  private func plan(named text: String, message: String? = nil) throws -> EnvironmentPlan {
    EnvironmentPlan(
      environment: nil, store: "s",
      plan: Plan(
        changes: [
          Change(
            connection: try ConnectionName(text) ?? name("it"), app: "crm", action: .create,
            reason: .notInStore,
            details: [.plain("note", from: nil, to: .string(text))], location: .file("f"))
        ],
        findings: [Finding(.drift, nil, Diagnostic(.drift, message ?? text, at: .file("f")))],
        unchangedCount: 0, emptyCount: 0))
  }

  static let prose = [
    Case("see https://evil.example/x now", "see `https://evil.example/x` now"),
    Case("www.evil.example", "`www.evil.example`"), Case("@team", "`@team`"),
    Case("ask @team/sub, @x", "ask `@team/sub,` `@x`"), Case("a@evil.example", "`a@evil.example`"),
    Case("#123", "`#123`"),
    Case("o/r#1 GH-7 !45 ~bug %9 &2", "`o/r#1` `GH-7` `!45` `~bug` `%9` `&2`"),
    Case("d8eb5d1deadbeef", "`d8eb5d1deadbeef`"), Case("[x](y)", "\\[x\\](y)"),
    Case("[^1]", "`[^1]`"), Case("<b>x</b>", "\\<b\\>x\\</b\\>"), Case("&#64;user", "`&#64;user`"),
    Case("a` https://evil.example `b", "a`  https://evil.example  `b"),
    Case("`a` https://evil.example", "`a` `https://evil.example`"),
    Case("`a`@team", "`a@team`"), Case("a`b", "a\\`b"), Case("a`@b", "a\\``@b`"),
    Case("*b* _i_ ~s~ |", "\\*b\\* \\_i\\_ `~s~` \\|"), Case("a\\", "a\\\\"), Case("50 %", "50 %"),
    Case("a\u{202E}b", "a\\\\u{202e}b"),
  ]

  @Test(arguments: prose) func markdownLinksAndNotifiesNothing(_ item: Case) throws {
    let text = PlanMarkdown().text([try plan(named: "it", message: item.outside)]).text
    #expect(text.contains("1. 🔴 \(item.written) · `f` · VC3004\n"), "\(text)")
  }

  static let cells = [
    Case("@team", "`@team`"), Case("a|b", "`a\\|b`"), Case("a\\|b", "`a\\u{5c}\\|b`"),
    Case("a``b", "```a``b```"), Case("`a", "`` `a ``"),
    Case("https://evil.example", "`https://evil.example`"),
    Case("<img src=x>", "`<img src=x>`"), Case("a\u{200B}b", "`a\\u{200b}b`"),
    Case("##[add-path]/x", "`\\u{23}#[add-path]/x`"),
  ]

  @Test(arguments: cells) func tablesKeepTheirColumns(_ item: Case) throws {
    let text = PlanMarkdown().text([try plan(named: item.outside)]).text
    #expect(text.contains("| `+` | \(item.written) | `crm` |"), "\(text)")
  }

  @Test(arguments: ["```\n@team", "````", "a```` b"]) func noLineEndsAFence(_ hostile: String)
    throws
  {
    let text = PlanMarkdown().text([try plan(named: hostile)]).text
    // What has a backtick further on is a code span (CommonMark 4.5).
    let fences = text.split(separator: "\n").filter { $0.wholeMatch(of: /`{3,}[^`]*/) != nil }
    #expect(fences.count == 2 && fences[0] == "\(fences[1])diff", "\(fences)")
  }

  static let messages = [
    Case("see [docs](https://evil.example)", "see \\[docs\\](https://evil.example)"),
    Case("a\\b", "a\\\\b"), Case("{0} {", "{{0}} {{"), Case("a\u{1B}b", "a\\\\u{{1b}}b"),
  ]

  /// SARIF 2.1.0 sections 3.11.5 and 3.11.6.
  @Test(arguments: messages) func sarifHasNoLinksAndNoPlaceholders(_ item: Case) throws {
    let text = SARIF.text(
      [Diagnostic(.drift, item.outside, notes: [item.outside])], version: "1", folder: "",
      projectFile: "p"
    ).text
    let log = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let run = (log?["runs"] as? [[String: Any]])?.first
    let result = (run?["results"] as? [[String: Any]])?.first
    let message = (result?["message"] as? [String: Any])?["text"] as? String
    #expect(message == item.written + "\n" + item.written)
  }

  @Test(arguments: ["a<b>&\"'", "a\u{FFFE}\u{FFFF}", "a\u{0}\u{1B}\u{B}", "]]>", "-->", "a\nb\tc"])
  func junitIsXML(_ hostile: String) throws {
    let text = JUnit.text(
      [
        Diagnostic(.drift, hostile, at: .file(hostile), notes: [hostile]),
        Diagnostic(.drift, hostile, severity: .info),
      ], suite: hostile, files: [hostile], projectFile: "p"
    ).text
    let finished = try run(
      "/usr/bin/python3",
      ["-c", "import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())"],
      input: Data(text.utf8))
    #expect(finished.status == 0, "\(finished.errorText)\(text)")
  }

  static let annotations = [
    Case("a,b:c", "::error file=a%2Cb%3Ac,title=VC3004::a,b:c\n"),
    Case("50%\r\n::x", "::error file=50%25\\u{d}\\n%3A%3Ax,title=VC3004::50%25\\u{d}\\n::x\n"),
    Case("%0A::x", "::error file=%250A%3A%3Ax,title=VC3004::%250A::x\n"),
    Case("\u{202E}x", "::error file=\\u{202e}x,title=VC3004::\\u{202e}x\n"),
  ]

  @Test(arguments: annotations) func annotationsStayOneCommand(_ item: Case) {
    let fault = Diagnostic(.drift, item.outside, at: .file(item.outside))
    let text = GitHubAnnotations.text([fault], folder: "").text
      // A brace of an escape is followed by `3A` where a property had a colon.
      .replacingOccurrences(of: "u%7B", with: "u{")
    #expect(text == item.written)
  }

  @Test(arguments: ["a\u{1B}\u{9B}\u{202E}\u{E0041}b", "##[group]x", "\u{7F}\u{200B}", "é\\\"\n"])
  func jsonSaysTheSameWithoutControls(_ hostile: String) throws {
    let fault = Diagnostic(.drift, hostile, at: .file(hostile), notes: [hostile])
    for text in [
      JSONReport.empty.text([fault]).text, PlanJSON.text([try plan(named: hostile)]).text([]).text,
    ] {
      #expect(text.unicodeScalars.allSatisfy { $0.isShowable || $0 == "\n" })
      #expect(!text.contains("##["))
    }
    let read = try JSONSerialization.jsonObject(
      with: Data(JSONReport.empty.text([fault]).text.utf8))
    let first = ((read as? [String: Any])?["diagnostics"] as? [[String: Any]])?.first
    #expect(first?["message"] as? String == hostile, "a program reads what it was")
    let quality = CodeQuality.text([fault], folder: "", projectFile: "p").text
    #expect(quality.unicodeScalars.allSatisfy { $0.isShowable || $0 == "\n" })
  }

  private func graph(_ name: String) -> FlowGraphText {
    FlowGraphText(
      FlowGraph(
        flows: [
          FlowGraph.Flow(
            name: name, file: name,
            steps: [FlowGraph.Step(title: name, target: .undeclared(name))])
        ], connections: []))
  }

  static let labels = [
    Case("a\"b", #"a\"b"#), Case("a\\", #"a\\"#), Case("a\\N", #"a\\N"#), Case("a\nb", #"a\\nb"#),
    Case("<b>x</b>", "<b>x</b>"), Case("\u{202E}", #"\\u{202e}"#),
  ]

  /// The DOT language: "quotes" and "escString".
  @Test(arguments: labels) func dotLabelsAreOneQuotedString(_ item: Case) {
    let text = graph(item.outside).dot.text
    #expect(text.contains("  f0 [label=\"\(item.written)\", shape=oval];\n"), "\(text)")
  }

  static let nodes = [
    Case("a\"b", "a#34;b"), Case("<b>", "#60;b#62;"), Case("#quot;", "#35;quot#59;"),
    Case("`*a*`", "#96;#42;a#42;#96;"), Case("a](b)", "a#93;#40;b#41;"), Case("a\nb", "a#92;nb"),
    Case("crm.find_one", "crm.find_one"), Case("é", "é"), Case("&amp;", "#38;amp#59;"),
  ]

  /// Mermaid: "Entity codes to escape characters".
  @Test(arguments: nodes) func mermaidLabelsAreEntities(_ item: Case) {
    let text = graph(item.outside).mermaid.text
    #expect(text.contains("  f0([\"\(item.written)\"])\n"), "\(text)")
  }

  @Test func yamlKeysAreQuotedWhereTheyMustBe() {
    let keys = ["api_key", "-a", "a: b", "::error", "k\u{1B}]0;x\u{7}", "a\"\\", "1", ""]
    #expect(
      keys.map { MachineText(yamlKey: $0).text } == [
        "api_key", "\"-a\"", "\"a: b\"", "\"::error\"", #""k\u001b]0;x\u0007""#, #""a\"\\""#,
        "\"1\"", "\"\"",
      ])
  }
}
