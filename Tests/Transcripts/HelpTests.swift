import Diagnostics
import Foundation
import TestSupport
import Testing

/// What `help` and `explain` print, each in a golden file, so that all of the wording is reviewed in
/// one place.
@Suite struct HelpTests {
  private func output(_ arguments: [String]) throws -> String {
    let finished = try run(
      try Sandbox.builtProgram(), arguments, in: "/",
      environment: ["PATH": "/usr/bin:/bin", "COLUMNS": "80"])
    #expect(finished.status == 0 && finished.errors.isEmpty, "\(arguments): \(finished.errorText)")
    return finished.text
  }

  /// The program's own description of its commands.
  private struct ToolInfo: Decodable {
    struct Command: Decodable {
      let commandName: String
      let subcommands: [Command]?

      /// Itself and all below it, by the words that call them.
      func paths(below words: [String] = []) -> [[String]] {
        let path = words + [commandName]
        return [path] + (subcommands ?? []).flatMap { $0.paths(below: path) }
      }
    }
    let command: Command
  }

  private func expectNoOthers(than names: [String], in folder: String) throws {
    let found = try FileManager.default.contentsOfDirectory(
      atPath: goldenFolder().appending(path: folder).path)
    #expect(Set(found).subtracting(names) == [], "files of no command or code in Golden/\(folder)")
  }

  /// The words that call each command, those of groups too.
  private func paths() throws -> [[String]] {
    let dump = try output(["--experimental-dump-help"])
    let root = try JSONDecoder().decode(ToolInfo.self, from: Data(dump.utf8)).command
    // `help` is the parser's own command, and has no help.
    return root.paths().map { Array($0.dropFirst()) }.filter { $0 != ["help"] }
  }

  @Test func helpOfEveryCommandIsAsRecorded() throws {
    let paths = try paths()
    #expect(paths.count > 30)
    let names = try paths.map { path in
      let name = (path.isEmpty ? "vaultctl" : path.joined(separator: "-")) + ".txt"
      let shown = try output(path + ["--help"])
      try expectGolden(shown, "help/\(name)")
      let long = shown.split(separator: "\n").filter { $0.count > 80 && !$0.contains("vaultctl ") }
      #expect(long.isEmpty, "\(path): \(long)")
      let usage = shown.split(separator: "\n").drop { !$0.hasPrefix("USAGE: ") }.prefix(1)
      #expect(usage.allSatisfy { $0.count <= 80 }, "\(path)")
      return name
    }
    try expectNoOthers(than: names, in: "help")
  }

  @Test func everyTopicIsAsRecorded() throws {
    let topics = [
      "manifests", "environments", "recipients", "trust", "stores", "ledger", "scopes", "tokens",
      "ci", "exit-codes",
    ]
    for topic in topics {
      let shown = try output(["help", topic])
      let text = shown.split(separator: "TOPIC: ").last.map(String.init) ?? ""
      try expectGolden("TOPIC: " + text, "topics/\(topic).txt")
      #expect(shown.split(separator: "\n").allSatisfy { $0.count <= 110 }, "\(topic)")
      #expect(try output(["help"]).contains("\n  \(topic) "), "\(topic) is not listed")
    }
    try expectNoOthers(than: topics.map { "\($0).txt" }, in: "topics")
    // What a command is named after, too: its help, then the topic.
    let both = try output(["help", "trust"])
    #expect(both.contains("USAGE: vaultctl trust") && both.contains("TOPIC: trust."))
    #expect(!(try output(["trust", "--help"])).contains("TOPIC:"))
  }

  /// The commands of a topic are commands with such options.
  @Test func theCommandsOfTopicsAreRightUsage() throws {
    let folder = goldenFolder().appending(path: "topics")
    let sandbox = try Sandbox()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      let commands = text.split(separator: "\n").filter { $0.hasPrefix("  vaultctl ") }
      for command in commands {
        // They end in `--help` instead of being run; the parser reads what is before it.
        let words = command.split(separator: " ").dropFirst().map(String.init)
        let shown = try sandbox.vaultctl(words.filter { $0 != "--" } + ["--help"])
        #expect(shown.status == 0, "\(name): \(command): \(shown.errorText)")
      }
    }
  }

  /// `mandoc -Tlint` has nothing to say about the manual.
  @Test func theManualIsClean() throws {
    let sandbox = try Sandbox()
    let written = try sandbox.vaultctl(["man", "--out", "man"])
    #expect(written.status == 0, "\(written.errorText)")
    let pages = try FileManager.default.contentsOfDirectory(atPath: sandbox.folder.path + "/man")
    #expect(pages.count == (try paths()).count + 10)
    for page in pages.sorted() {
      let lint = try run(
        "/usr/bin/mandoc", ["-Tlint", "man/\(page)"], in: sandbox.folder.path,
        environment: ["PATH": "/usr/bin:/bin"])
      #expect(lint.status == 0 && lint.output.isEmpty, "\(lint.text)\(lint.errorText)")
    }
    let shown = try run(
      "/usr/bin/mandoc", ["-Tutf8", "man/vaultctl-plan.1"], in: sandbox.folder.path,
      environment: ["PATH": "/usr/bin:/bin"])
    let plain = shown.text.replacing(/.\u{8}/, with: "")
    #expect(plain.contains("vaultctl plan [options]") && plain.contains("--detailed-exitcode"))
    #expect(
      try sandbox.vaultctl(["man", "ledger", "log"]).text.contains(".TH VAULTCTL-LEDGER-LOG 1"))
    #expect(try sandbox.vaultctl(["man", "nosuch"]).status == 64)
  }

  @Test func explanationOfEveryCodeIsAsRecorded() throws {
    let names = try DiagnosticCode.allCases.map { code in
      let name = "\(code.rawValue).txt"
      try expectGolden(output(["explain", code.rawValue]), "explain/\(name)")
      return name
    }
    try expectNoOthers(than: names, in: "explain")
  }

  /// The version and help about all commands are no answer to another question.
  @Test(arguments: [
    ["rollback", "x", "--version", "1"], ["decrypt", "x", "--version", "1"], ["plan", "--version"],
    ["--version", "plan"], ["ledger", "log", "--version"], ["help", "nosuch"],
    ["help", "ledger", "nosuch"], ["help", "plan", "nosuch"],
  ])
  func whatIsNotKnownIsWrongUsage(arguments: [String]) throws {
    let finished = try Sandbox().vaultctl(arguments)
    #expect(finished.status == 64 && finished.text.isEmpty, "\(finished.text)")
    #expect(finished.errorText.hasPrefix("Error: "), "\(finished.errorText)")
  }

  @Test func theVersionAndHelpAboutACommandAreShown() throws {
    let sandbox = try Sandbox()
    let version = try sandbox.vaultctl(["--version"])
    #expect(version.status == 0 && version.text.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    let help = try sandbox.vaultctl(["help", "ledger", "verify"])
    #expect(help.status == 0 && help.text.contains("USAGE: vaultctl ledger verify"))
  }
}
