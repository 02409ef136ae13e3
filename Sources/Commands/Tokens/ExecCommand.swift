import ArgumentParser
import Foundation
import Model

struct ExecCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run a command with connections' credentials.",
    discussion: """
      vaultctl exec NAME [NAME…] -- COMMAND [ARGUMENT…]

      Each setup field is passed in the command's environment as NAME_FIELD, and the access token of \
      a connection as NAME_ACCESS_TOKEN, in upper case with `_` for every character that is not a \
      letter or digit. --prefix replaces NAME. With --files the variables hold paths of files that \
      only this user can read and that are deleted when it exits. Tokens that are due are renewed \
      first. Signals are passed on, and the command's exit code is returned.

      With --files, tokens are also renewed while the command runs, and the files are replaced, each \
      atomically. --on-refresh signal sends the command a signal; --on-refresh restart ends it \
      (SIGTERM, after 30 seconds SIGKILL) and starts it again with the new values.
      """)

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Pass credentials in files instead of variables.")
  var files = false

  @Option(
    name: .customLong("min-ttl"),
    help: ArgumentHelp(
      "Renew tokens that end sooner, and fail if the service issues none that last: 30m, 2h, 90s.",
      valueName: "time"))
  var minTTL: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "What to do when a token was renewed: signal or restart.", valueName: "action"))
  var onRefresh: OnRefresh?

  @Option(
    help: ArgumentHelp("The signal of --on-refresh signal.", valueName: "signal"))
  var refreshSignal: SignalName = .hangUp

  @Option(
    help: ArgumentHelp(
      "Prefix of variable names instead of the connection's name (one connection only).",
      valueName: "prefix"))
  var prefix: String?

  @Argument(
    help: ArgumentHelp(
      "Connections; after `--`, the command and its arguments.", valueName: "name"),
    completion: .connections)
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
    if onRefresh == .signal, !files {
      throw ValidationError(
        "--on-refresh signal needs --files: the variables of a running command cannot be replaced")
    }
    if onRefresh != .signal, refreshSignal != .hangUp {
      throw ValidationError("--refresh-signal needs --on-refresh signal")
    }
    if prefix != nil, names.count != 1 {
      throw ValidationError("--prefix can only be used with one connection")
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let command = split.command
    let names = try split.names.map { try ConnectionName(argument: $0) }
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let signals = SignalForwarder()
    let minimum = minTTL?.count ?? 0
    let open: CredentialRenewal.Open = { [prefix] report in
      try await Self.variables(
        of: names, prefix: prefix,
        Credentials(
          session, Set(names), signals, minimum: minimum, console: console, report: report))
    }
    let variables = try await open { console.report($0) }
    let twice = Dictionary(grouping: variables, by: \.name).filter { $0.value.count > 1 }.keys
    if let name = twice.min() {
      throw ValidationError(
        "two values would have the name `\(name)`; run the connections separately, or use --prefix")
    }
    let bytes = InheritedEnvironment.arguments.suffix(command.count)
    // From here on a signal waits until the files are removed.
    signals.hold()
    let files = try files ? CredentialFiles() : nil
    defer { files?.remove() }
    var renewal: CredentialRenewal?
    if files != nil || onRefresh != nil {
      renewal = try await CredentialRenewal(
        session, Set(names), minimum: minimum, deferring: signals, console: console, open: open)
    }
    let supervisor = ChildSupervisor(
      child: ChildCommand(Array(bytes), signals: signals), signals: signals, files: files,
      renewal: renewal, onRefresh: onRefresh, signal: refreshSignal, runtime: session.runtime)
    let code: Int32
    do {
      code = try await supervisor.run(variables)
    } catch let error as ChildCommand.NotStarted {
      console.report([error.diagnostic])
      code = error.exitCode
    }
    throw ExitCode(code)
  }

  private static func variables(
    of names: [ConnectionName], prefix: String?, _ credentials: Credentials
  ) throws -> Variables {
    try names.flatMap { name in
      let start = prefix ?? VariableName.of(name.rawValue)
      return try credentials.values(of: name).map { field, value in
        (name: VariableName.of("\(start)_\(field)"), value: value)
      }
    }
  }
}
