import Foundation
import TestSupport
import Testing

/// What commands print for programs: each that reports has `-o json`, in one form, with a schema.
@Suite struct MachineOutputTests {
  /// Commands without it, each with the reason.
  private static let exceptions: [String: String] = [
    "completion": "prints a shell's own language",
    "decrypt": "prints values, byte for byte",
    "edit": "is for an editor",
    "export": "prints another tool's language",
    "exec": "the output is the command's",
    "man": "prints a manual page",
    "schema": "prints a JSON Schema",
    "serve": "serves a page with an API of its own",
    "textconv": "prints a manifest for git",
  ]

  /// A line for a shell, and the schema of what it prints.
  private static let runs: [(command: String, line: String, schema: String)] = [
    ("init", "vaultctl init -C new --recipient FINGERPRINT -o json", "files"),
    ("upgrade", "vaultctl upgrade --env prod --auto-approve -o json", "action"),
    ("new", "vaultctl new x --app slack --empty -o json", "files"),
    ("apps", "vaultctl apps -o json", "apps"),
    ("import", "vaultctl import old-crm -o json", "files"),
    ("encrypt", "vaultctl encrypt -o json", "files"),
    ("set", "vaultctl set twilio-prod api_key -o json", "files"),
    ("rekey", "vaultctl rekey --all -o json", "files"),
    ("rename", "vaultctl rename twilio-prod twilio -o json", "files"),
    ("rename-project", "vaultctl rename-project sandbox other -o json", "files"),
    ("rename-environment", "vaultctl rename-environment prod production -o json", "files"),
    ("delete", "vaultctl delete slack-alerts -o json", "files"),
    ("get", "vaultctl get slack-alerts -o json", "connection"),
    ("recipients list", "vaultctl recipients list -o json", "recipients"),
    ("recipients add", "vaultctl recipients add keys/bob.asc -o json", "files"),
    (
      "recipients remove",
      "vaultctl recipients add keys/bob.asc >&2 && vaultctl recipients remove OTHER -o json",
      "files"
    ),
    ("who-can-open", "vaultctl who-can-open twilio-prod -o json", "access"),
    ("validate", "vaultctl validate -o json", "validate"),
    ("fmt", "vaultctl fmt -o json", "files"),
    ("plan", "vaultctl plan -o json", "plan"),
    ("plan", "vaultctl plan --env all --prune -o json", "plan"),
    ("apply", "vaultctl apply --auto-approve -o json", "apply"),
    ("apply", "vaultctl apply --env all --auto-approve --prune -o json", "apply"),
    ("diff", "vaultctl diff -o json", "diff"),
    ("status", "vaultctl status -o json", "status"),
    ("status", "vaultctl status --env all -o json", "status"),
    ("show", "vaultctl show twilio-prod -o json", "connection-report"),
    ("show", "vaultctl show it.plan -o json", "plan"),
    ("scopes record", "vaultctl scopes record crm contacts:read -o json", "action"),
    ("history", "vaultctl history twilio-prod -o json", "history"),
    ("log", "vaultctl log -o json", "log"),
    (
      "rollback",
      "vaultctl apply --auto-approve >&2 && vaultctl rollback twilio-prod --to 1 --auto-approve -o json",
      "action"
    ),
    ("unlock", "vaultctl unlock -o json", "action"),
    ("refresh", "vaultctl refresh -o json", "refresh"),
    (
      "probe",
      """
      vaultctl refresh --watch --metrics-file it.prom & id=$!; \
      until grep -qs last_success it.prom; do kill -0 $id || break; sleep 0.1; done; \
      kill $id; wait $id; vaultctl probe it.prom -o json
      """,
      "action"
    ),
    ("authorize", "vaultctl authorize crm -o json", "refresh"),
    ("revoke", "vaultctl revoke crm -o json", "action"),
    ("tokens list", "vaultctl tokens list -o json", "tokens"),
    ("tokens revoke", "vaultctl tokens revoke crm -o json", "action"),
    ("tokens forget", "vaultctl tokens forget old-crm --auto-approve -o json", "action"),
    ("ledger log", "vaultctl ledger log -o json", "log"),
    ("ledger show", "vaultctl ledger show -o json", "ledger"),
    ("ledger verify", "vaultctl ledger verify -o json", "action"),
    ("ledger accept", "vaultctl ledger accept --auto-approve -o json", "action"),
    ("ledger rebuild", "vaultctl ledger rebuild --auto-approve -o json", "action"),
    ("store verify", "vaultctl store verify -o json", "action"),
    ("store accept", "vaultctl store accept --auto-approve -o json", "action"),
    ("store backup", "vaultctl store backup it.backup -o json", "action"),
    (
      "store restore",
      """
      vaultctl store backup it.backup >&2 && rm .vaultctl/vault.db* && \
      vaultctl store restore it.backup --dry-run -o json
      """,
      "action"
    ),
    (
      "store copy", "vaultctl store copy --to '{type: sqlite, path: copy.db}' -o json", "action"
    ),
    ("graph", "vaultctl graph -o json", "graph"),
    ("report", "vaultctl report --out page -o json", "action"),
    ("hooks install", "vaultctl hooks install -o json", "action"),
    ("hooks check", "vaultctl hooks check -o json", "validate"),
    ("doctor", "vaultctl doctor -o json", "doctor"),
    ("explain", "vaultctl explain -o json", "codes"),
    ("trust", "vaultctl trust -o json", "trust"),
    ("version", "vaultctl version -o json", "version"),
  ]
  /// They print JSON Lines.
  private static let streams: Set<String> = ["watch"]
  /// They fail without a server that gives tokens.
  private static let needsServer: Set<String> = ["authorize", "revoke", "tokens revoke"]

  @Test func everyCommandThatReportsHasJSON() throws {
    let help = CommandHelp(sandbox: try Sandbox())
    let all = try help.paths()
    let words = Set(all.map { $0.joined(separator: " ") })
    #expect(words.isSuperset(of: Self.exceptions.keys), "an exception is no command")
    let covered = Set(Self.runs.map(\.command)).union(Self.streams)
    #expect(covered == words.subtracting(Self.exceptions.keys))
    for path in all {
      let options = try help.section("OPTIONS", of: path).joined(separator: "\n")
      let hasOutput = options.contains("-o, --output")
      #expect(
        hasOutput == (Self.exceptions[path.joined(separator: " ")] == nil), "\(path): \(options)")
      if hasOutput { #expect(options.contains("json"), "\(path)") }
    }
  }

  @Test func everyDocumentIsAsItsSchemaSays() throws {
    let project = try ExampleProject()
    let scratch = try TemporaryFolder()
    let bob = try project.bob()
    for (number, run) in Self.runs.enumerated() {
      let folder = scratch.path + "/p"
      try project.copy(to: folder)
      let line = run.line.replacing("FINGERPRINT", with: project.sandbox.key)
        .replacing("OTHER", with: bob)
      let finished = try project.shell(line, in: folder)
      let isFine = finished.status == 0 || Self.needsServer.contains(run.command)
      #expect(isFine || run.command == "trust", "\(line): \(finished.status) \(finished.errorText)")
      try expectConvention(finished.text, line, isReport: run.command != "get")
      try scratch.write(finished.text, to: "\(run.schema)/\(number).json")
    }
    try expectValid(scratch)
  }

  /// The diagnostics are in the document, and the exit code is the one without it.
  @Test func aFailureIsADocumentToo() throws {
    let project = try ExampleProject()
    let scratch = try TemporaryFolder()
    let folder = scratch.path + "/p"
    let needsNoProject: Set<String> = [
      "init", "apps", "doctor", "explain", "version", "diff", "hooks install", "hooks check",
    ]
    for (number, run) in Self.runs.enumerated()
    where !needsNoProject.contains(run.command) && !run.line.contains(">&2") {
      try project.copy(to: folder)
      try FileManager.default.createDirectory(
        atPath: folder + "/new", withIntermediateDirectories: true)
      try Data("apiVersion: vaultctl/v1\nkind: Project\nname: [\n".utf8)
        .write(to: URL(fileURLWithPath: folder + "/vaultctl.yaml"))
      let line = run.line.replacing("it.plan", with: "slack-alerts")
        .replacing("OTHER", with: project.sandbox.key)
      let finished = try project.shell(line, in: folder)
      let text = try project.shell(line.replacing(" -o json", with: ""), in: folder)
      #expect(finished.status == text.status && finished.status != 0, "\(line)")
      let document = try expectConvention(finished.text, line)
      let diagnostics = try #require(document["diagnostics"] as? [[String: Any]])
      #expect(!diagnostics.isEmpty, "\(line): \(finished.text)")
      for diagnostic in diagnostics {
        let code = try #require(diagnostic["code"] as? String)
        #expect(finished.errorText.contains(code), "\(line): \(code)")
      }
      try scratch.write(
        finished.text, to: "\(run.command == "get" ? "report" : run.schema)/\(number).json")
    }
    try expectValid(scratch)
  }

  @Test func wrongUsageIsADocumentToo() throws {
    let project = try ExampleProject()
    let scratch = try TemporaryFolder()
    let folder = scratch.path + "/p"
    try project.copy(to: folder)
    let lines =
      Self.runs.filter { !$0.line.contains(where: { ">;".contains($0) }) }
      .map { $0.line + " --s3cr3t-option" } + [
        "vaultctl plan --output=json s3cr3t-word", "vaultctl plan --format json --fail-on",
        "vaultctl apply --parallelism 0 -o json", "vaultctl set a b c s3cr3t-word -o json",
        "vaultctl plann -o json", "vaultctl store s3cr3t-word -o json", "vaultctl -o json plan",
        "vaultctl refresh --watch --metrics-address s3cr3t-word -o json",
        "vaultctl watch --s3cr3t-option",
      ]
    for (number, line) in lines.enumerated() {
      let finished = try project.shell(line, in: folder)
      #expect(finished.status == 64, "\(line): \(finished.errorText)")
      #expect(!(finished.text + finished.errorText).contains("s3cr3t"), "\(line): \(finished.text)")
      #expect(finished.text.split(separator: "\n").count == 1, "\(line)")
      let document = try expectConvention(finished.text, line)
      let diagnostics = try #require(document["diagnostics"] as? [[String: Any]])
      #expect(diagnostics.map { $0["code"] as? String } == ["VC6001"], "\(line)")
      // Stderr has it as a person reads it.
      let message = try #require(diagnostics.first?["message"] as? String)
      #expect(finished.errorText.contains(message), "\(line): \(finished.errorText)")
      try scratch.write(finished.text, to: "report/\(number).json")
    }
    try expectValid(scratch)
    for line in [
      "vaultctl plan --bogus", "vaultctl plan -o text --bogus", "vaultctl plan -o jsn",
      "vaultctl watch -o text --bogus", "vaultctl exec -- a -o json", "vaultctl decrypt -o json",
      "vaultctl plan -o json -o text --bogus",
    ] {
      let finished = try project.shell(line, in: folder)
      #expect(finished.status == 64 && finished.text.isEmpty, "\(line): \(finished.text)")
    }
  }

  @Test func streamsAreLines() async throws {
    let project = try ExampleProject()
    let scratch = try TemporaryFolder()
    let folder = scratch.path + "/p"
    try project.copy(to: folder)
    let watching = try RunningProgram(
      project.sandbox, ["watch", "-C", folder], environment: project.environment(in: folder))
    try await watching.waitForErrors("Watching")
    let applied = try await apart {
      try project.shell("vaultctl apply --auto-approve", in: folder)
    }
    #expect(applied.status == 0, "\(applied.errorText)")
    try await watching.waitForOutput("applied")
    watching.end()
    let lines = try await watching.finished().text.split(separator: "\n")
    for (number, line) in lines.enumerated() {
      try expectConvention(String(line), "watch")
      try scratch.write(String(line), to: "event/\(number).json")
    }
    let failed = try project.shell("vaultctl watch nosuch", in: folder)
    #expect(failed.status == 1 && failed.text.split(separator: "\n").count == 1)
    try scratch.write(failed.text, to: "report/watch.json")
    let refused = try project.shell("vaultctl refresh --watch --env nosuch -o json", in: folder)
    #expect(refused.status == 1 && refused.text.split(separator: "\n").count == 1)
    try scratch.write(refused.text, to: "report/refresh.json")
    try expectValid(scratch)
  }

  /// One document, its keys in snake case.
  @discardableResult
  private func expectConvention(
    _ text: String, _ line: String, isReport: Bool = true
  ) throws -> [String: Any] {
    let object = try #require(
      try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
      "\(line): \(text)")
    if !isReport { return object }
    #expect(object["format_version"] as? String == "2.0", "\(line): \(text)")
    let strange = keys(of: object).filter { $0.wholeMatch(of: /[a-z][a-z0-9_]*/) == nil }
    #expect(strange.isEmpty, "\(line): \(strange)")
    return object
  }

  private func keys(of value: Any) -> [String] {
    if let object = value as? [String: Any] {
      return object.keys + object.values.flatMap { keys(of: $0) }
    }
    return (value as? [Any])?.flatMap { keys(of: $0) } ?? []
  }

  /// Each folder has the name of the schema that its documents must fit.
  private func expectValid(_ folder: TemporaryFolder) throws {
    let program = try #require(
      ProcessInfo.processInfo.environment["VAULTCTL_CHECK_JSONSCHEMA"],
      "the path of check-jsonschema; Tests/run sets it")
    let schemas = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../schemas").standardizedFileURL.path
    let manager = FileManager.default
    for schema in try manager.contentsOfDirectory(atPath: folder.path) where schema != "p" {
      let files = try manager.contentsOfDirectory(atPath: folder.path + "/" + schema).sorted()
        .map { "\(folder.path)/\(schema)/\($0)" }
      let finished = try run(
        program, ["--schemafile", "\(schemas)/\(schema).schema.json"] + files)
      #expect(finished.status == 0, "\(schema): \(finished.text)\(finished.errorText)")
    }
  }
}
