import Foundation
import TestSupport
import Testing

/// A project in which everything that has a name is named to mislead a terminal or a CI service.
@Suite struct HostileNameTests {
  private static let connection = "::error::x \u{202E}\u{200B}##[group]"
  private static let renamed = "::warning::y\u{2066}"
  private static let field = "k\u{1B}]0;PWNED\u{7}\u{202E}"
  private static let file = "connections/::error::f\u{1B}]0;PWNED\u{7}\u{202E}.yaml"
  private static let flow = "flows/::error::f\u{9B}31m.json"
  private static let person = "eve\u{1B}]0;PWNED\u{7}\u{202E}"

  /// In this order, as one day's work. `{commit}` is the first commit of the story.
  private static let story: [[String]] =
    [["validate"]] + each(["validate"], ["text", "json", "sarif", "junit", "code-quality"])
    + [["hooks", "install"], ["hooks", "check"], ["set", connection, field], ["encrypt"]]
    + each(["plan"], ["text", "json", "markdown", "sarif", "junit", "code-quality"])
    + each(["graph"], ["text", "json", "dot", "mermaid"])
    + each(["diff", "{commit}"], ["text", "json", "markdown"])
    + [["plan", "--out", "it.plan"]]
    + each(["show", "it.plan"], ["text", "json", "markdown", "sarif", "junit", "code-quality"])
    + [
      ["apply", "--auto-approve", "-vvv"], ["apply", "it.plan"], ["validate"], ["rekey"],
      ["show", connection], ["show", connection, "-o", "json"], ["decrypt", connection],
      ["decrypt", file], ["textconv", file],
    ]
    + [["report", "--out", "\u{1B}[2J\u{202E}"]]
    + each(["status"], ["text", "json"]) + each(["history", connection], ["text", "json"])
    + each(["get", connection], ["yaml", "json"])
    + each(["who-can-open", connection], ["text", "json"])
    + each(["recipients", "list"], ["text", "json"]) + each(["log"], ["text", "json"])
    + each(["doctor"], ["text", "json"]) + each(["apps"], ["text", "json"])
    + [
      ["get", "\u{1B}"], ["apps", "::error::a\u{1B}"], ["delete", connection],
      ["recipients", "add", "\u{1B}]0;PWNED\u{7}"], ["recipients", "remove", "::error::k\u{202E}"],
      ["scopes", "record", connection, "::error::s\u{202E}"], ["set", connection, "\u{1B}[2J"],
      ["edit", connection, field], ["rollback", connection, "--to", "\u{1B}1", "--auto-approve"],
      ["refresh", connection], ["authorize", connection], ["revoke", connection],
      ["exec", connection, "--", "true"], ["watch", "\u{1B}"], ["import", "::error::\u{202E}"],
      ["plan", "--target", "a\u{1B}"], ["plan", "--fail-on", "::x\u{1B}"],
      ["plan", "--env", "\n::error::e\u{1B}"], ["diff", "::error::b\u{1B}..HEAD"],
      ["show", "a\n::error::b"], ["new", "::n\u{202E}", "--app", "\n::error::a\u{1B}"],
      ["new", "::n\u{202E}", "--app", "slack", "--empty", "--file", "connections/\u{1B}n.yaml"],
      ["new", "--from-flow", flow], ["explain", "\n::error::c\u{1B}"], ["schema", "connection"],
      ["\n::error::\u{1B}"], ["plan", "--\u{1B}"], ["plan", "--color", "\u{1B}"],
      ["encrypt", "\u{1B}.yaml"], ["encrypt", "\u{1B}.yaml", "-o", "json"],
      ["trust", "-o", "json"],
      ["ledger", "log"], ["ledger", "show"], ["ledger", "verify"],
      ["ledger", "show", "-o", "json"],
      ["rename", connection, renamed, "--dry-run"], ["rename", connection, renamed, "-o", "json"],
      ["plan"], ["apply", "--auto-approve", "-o", "json"],
      ["rename", renamed, "\u{1B}"], ["import", "--all"], ["ledger", "rebuild", "--auto-approve"],
    ]

  private static func each(_ command: [String], _ formats: [String]) -> [[String]] {
    formats.map { command + ["--format", $0] }
  }

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(
      extra: "flows: [\"flows/**/*.json\"]\nstore: {type: sqlite, ledger: git}")
    try sandbox.write(
      #"""
      apiVersion: vaultctl/v1
      kind: Connection
      metadata:
        name: "::error::x \u202e\u200b##[group]"
        labels: {team: "::v\u202e\u2028"}
        annotations: {owner: "::a\e]0;PWNED\a"}
      spec:
        app: jwt
        setup:
          type: jwt
          algorithm: HS256
          "k\e]0;PWNED\a\u202e": "v\e]0;PWNED\a"
          "\n::error::y": w
          "::warning::z": "::set-output name=x::\u202e"
        publicFields: ["::warning::z"]
      """#, to: Self.file)
    try sandbox.write(
      #"""
      {"id": "f", "name": "::error::flow \u202e\u001b##[x]", "actions": [
        {"id": "1", "type": "HTTP", "action": "SEND_REQUEST",
          "params": {"connection_id": "::error::x \u202e\u200b##[group]"}},
        {"id": "2", "type": "SLACK", "action": "::POST\u202e", "params": {"connection_id": "::m\u009b"}},
        {"id": "3", "type": "TWILIO", "action": "SEND_SMS", "params": {}}
      ]}
      """#, to: Self.flow)
    return sandbox
  }

  @Test(arguments: ["never", "always"])
  func nothingFromOutsideReachesATerminalRaw(colours: String) throws {
    let sandbox = try sandbox()
    try sandbox.git(["init", "--quiet"])
    try sandbox.git(["add", "vaultctl.yaml"])
    try sandbox.git(["commit", "--quiet", "-m", "::error::m\u{1B}]0;PWNED\u{7}"])
    let commit = String(try sandbox.git(["rev-parse", "HEAD"]).text.dropLast())
    for step in Self.story {
      if step == ["ledger", "log"] { try commitToLedger(sandbox) }
      let arguments = step.map { $0 == "{commit}" ? commit : $0 }
      let finished = try run(arguments, colours, sandbox)
      #expect([0, 1, 2, 3, 4, 64].contains(finished.status), "\(arguments): \(finished.status)")
      for (stream, text) in [("stdout", finished.text), ("stderr", finished.errorText)] {
        let found = Self.misleading(text, hasColours: colours == "always")
        #expect(found.isEmpty, "\(arguments) \(stream): \(found)\n\(text)")
      }
    }
  }

  /// On GitHub Actions the one thing that may begin with `::` is our own annotations.
  @Test func annotationsAreTheOnlyCommands() throws {
    let sandbox = try sandbox()
    let finished = try sandbox.vaultctl(
      ["plan"], environment: ["GITHUB_ACTIONS": "true", "USER": Self.person])
    let commands = finished.errorText.split(separator: "\n").filter {
      $0.drop { $0.isWhitespace }.hasPrefix("::")
    }
    #expect(commands.count > 1)
    for command in commands {
      let own = command.wholeMatch(
        of: /::(error|warning|notice) file=[^:,]*,line=\d+,col=\d+,title=VC\d{4}::.*/)
      #expect(own != nil, "\(command)")
    }
    #expect(Self.misleading(finished.text, hasColours: false).isEmpty)
  }

  @Test func thisTestSeesWhatItLooksFor() {
    for text in ["a\u{1B}b", "\u{202E}", "x\n ::error::y", "a ##[group]b", "\r", "\u{1B}[1m"] {
      #expect(!Self.misleading(text, hasColours: false).isEmpty)
    }
    #expect(!Self.misleading("\u{1B}]0;x\u{1B}[0m", hasColours: true).isEmpty)
    #expect(Self.misleading("\u{1B}[1ma\u{1B}[0m ::b é\n", hasColours: true).isEmpty)
  }

  /// What can show text is `Console` alone, and it takes no `String`; a line of progress draws a
  /// `TerminalText`.
  @Test func theConsoleIsTheOnlyWayOut() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources").standardizedFileURL.path
    for name in try FileManager.default.subpathsOfDirectory(atPath: sources)
    where name.hasSuffix(".swift") {
      let text = try String(contentsOfFile: sources + "/" + name, encoding: .utf8)
      if name.hasSuffix("/Console.swift") {
        let console = text.prefix(upTo: try #require(text.firstRange(of: "\n}\n")).lowerBound)
        #expect(console.contains("func result(_ text: TerminalText)"))
        #expect(!console.contains(/func \w+\([^)]*: String\??[,)]/), "\(name)")
      } else if name.hasSuffix("/ProgressLine.swift") {
        #expect(text.contains("write(\"\\r\\(line.cut(to: width - 1).rendered)"), "\(name)")
      } else if !name.hasSuffix("/OutputStream.swift") {
        for way in ["OutputStream.standard", "STDOUT_FILENO", "STDERR_FILENO", "fputs(", " print("]
        {
          #expect(!text.contains(way), "\(name) has \(way)")
        }
      }
    }
  }

  private func run(
    _ arguments: [String], _ colours: String, _ sandbox: Sandbox
  ) throws -> Finished {
    // Before a `--`, behind the words that name the command.
    let words = arguments.prefix { $0 != "--" }
    let rest = arguments.dropFirst(words.count)
    return try sandbox.vaultctl(
      words + ["--color", colours] + rest, input: "new value",
      environment: ["USER": Self.person, "EDITOR": "true"])
  }

  /// Anybody who may push can write the ledger's messages.
  private func commitToLedger(_ sandbox: Sandbox) throws {
    let list = try sandbox.git(["for-each-ref", "--format=%(refname)", "refs/vaultctl"]).text
    let ref = try #require(list.split(separator: "\n").first.map(String.init))
    let made = try sandbox.git([
      "commit-tree", ref + "^{tree}", "-p", ref, "-m",
      "::error::t\u{1B}]0;PWNED\u{7}\n\n::error::b\u{202E}\r::error::c\n##[group]x",
    ])
    #expect(try sandbox.git(["update-ref", ref, String(made.text.dropLast())]).status == 0)
  }

  /// Characters that a terminal acts on, and lines that a CI service does.
  private static func misleading(_ text: String, hasColours: Bool) -> [String] {
    let text = hasColours ? text.replacing(/\u{1B}\[[0-9;]*m/, with: "") : text
    let characters = text.unicodeScalars.filter { scalar in
      switch scalar.properties.generalCategory {
      case .control: scalar != "\n" && scalar != "\t"
      case .format, .lineSeparator, .paragraphSeparator: true
      default: scalar.properties.isDefaultIgnorableCodePoint
      }
    }
    let lines = text.split { $0.isNewline }.filter { line in
      line.drop { $0.isWhitespace }.hasPrefix("::") || line.contains("##[")
    }
    return characters.map { "U+\(String($0.value, radix: 16))" } + lines.map(String.init)
  }
}
