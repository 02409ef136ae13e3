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

      Each setup field is passed in the command's environment as NAME_FIELD, and the access token of \
      a connection as NAME_ACCESS_TOKEN, in upper case with `_` for every character that is not a \
      letter or digit. --prefix replaces NAME. With --files the variables hold paths of files that \
      only the command can read and that are deleted when it exits. Tokens that are due are renewed \
      first. Signals are passed on, and the command's exit code is returned.
      """)

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Pass credentials in files instead of variables.")
  var files = false

  @Option(
    help: ArgumentHelp(
      "Prefix of variable names instead of the connection's name (one connection only).",
      valueName: "prefix"))
  var prefix: String?

  @Argument(
    help: ArgumentHelp(
      "Connections; after `--`, the command and its arguments.", valueName: "name"))
  var words: [String]

  /// The parser drops the `--` between the two lists, and does not say how many words followed it.
  private var split: (names: [String], command: [String]) {
    let given = CommandLine.arguments
    let count = given.firstIndex(of: "--").map { given.count - $0 - 1 } ?? 0
    return (words.dropLast(count), words.suffix(count))
  }

  func validate() throws {
    let (names, command) = split
    if command.isEmpty { throw ValidationError("no command given: exec NAME -- COMMAND") }
    if names.isEmpty { throw ValidationError("no connection given: exec NAME -- COMMAND") }
    if prefix != nil, names.count != 1 {
      throw ValidationError("--prefix can only be used with one connection")
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
      throw ValidationError(
        "two values would have the name `\(name)`; run the connections separately, or use --prefix")
    }
    let bytes = InheritedEnvironment.arguments.suffix(command.count)
    throw ExitCode(try ChildCommand(Array(bytes), variables, inFiles: files).run())
  }
}
