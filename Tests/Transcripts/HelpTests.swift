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

  @Test func helpOfEveryCommandIsAsRecorded() throws {
    let dump = try output(["--experimental-dump-help"])
    let root = try JSONDecoder().decode(ToolInfo.self, from: Data(dump.utf8)).command
    // `help` is the parser's own command, and has no help.
    let paths = root.paths().map { Array($0.dropFirst()) }.filter { $0 != ["help"] }
    #expect(paths.count > 30)
    let names = try paths.map { path in
      let name = (path.isEmpty ? "vaultctl" : path.joined(separator: "-")) + ".txt"
      try expectGolden(output(["help"] + path), "help/\(name)")
      return name
    }
    try expectNoOthers(than: names, in: "help")
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
