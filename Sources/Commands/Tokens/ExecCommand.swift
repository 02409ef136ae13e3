import ArgumentParser
import Foundation
import Model
import Secrets

struct ExecCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run a command with connections' credentials.",
    discussion: """
      vaultctl exec NAME [NAME…] -- COMMAND [ARGUMENT…]

      Each field of a setup is in the command's environment as NAME_FIELD, and the access token of a \
      connection that has one as NAME_ACCESS_TOKEN, in upper case with `_` for what is neither letter \
      nor digit. --prefix sets another beginning. With --files the variables hold paths instead, of \
      files that only the command can read and that are gone with it. Tokens that are due are renewed \
      first. Signals are passed on, and the command's exit code is ours.
      """)

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Hand credentials over in files instead of variables.")
  var files = false

  @Option(
    help: ArgumentHelp(
      "What variables begin with, instead of the connection's name (of one connection alone).",
      valueName: "prefix"))
  var prefix: String?

  @Argument(
    help: ArgumentHelp(
      "Connections; behind `--` the command and its arguments.", valueName: "name"))
  var words: [String]

  /// The parser drops the `--` between the two lists, and does not say how many words followed it.
  private var split: (names: [String], command: [String]) {
    let given = CommandLine.arguments
    let count = given.firstIndex(of: "--").map { given.count - $0 - 1 } ?? 0
    return (words.dropLast(count), words.suffix(count))
  }

  func validate() throws {
    let (names, command) = split
    if command.isEmpty { throw ValidationError("what to run is missing: exec NAME -- COMMAND") }
    if names.isEmpty { throw ValidationError("which connection is missing: exec NAME -- COMMAND") }
    if prefix != nil, names.count != 1 {
      throw ValidationError("--prefix is for one connection alone")
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let command = split.command
    let names = try split.names.map { try ConnectionName(argument: $0) }
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let credentials = try await Credentials(session, Set(names), console: console)
    var variables: [(name: String, value: SecretBytes)] = []
    for name in names {
      let start = prefix ?? VariableName.of(name.rawValue)
      for (field, value) in try credentials.values(of: name) {
        variables.append((VariableName.of("\(start)_\(field)"), value))
      }
    }
    let twice = Dictionary(grouping: variables, by: \.name).filter { $0.value.count > 1 }.keys
    if let name = twice.min() {
      throw ValidationError("two of these would be `\(name)`; run them apart, or give --prefix")
    }
    throw ExitCode(try ChildCommand(command, variables, inFiles: files).run())
  }
}
