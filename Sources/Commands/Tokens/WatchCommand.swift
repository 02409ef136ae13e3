import ArgumentParser
import Diagnostics
import Foundation
import Model
import Processes
import Reports
import Stores

struct WatchCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Stream events of connections as JSON Lines.",
    discussion: """
      Events are applied, renamed, deleted, rolled-back, refreshed, authorized, revoked, failed, \
      scopes, expiring and drifted; they never contain a value. They are read from the \
      store's own log, whichever process wrote it; for a store without a log, versions are \
      compared every five seconds. With --exec, a \
      command runs after each event, with VAULTCTL_EVENT and VAULTCTL_CONNECTION in its environment. \
      Ends on SIGTERM.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connections (default: all).") var names: [String] = []

  @Option(
    name: .customLong("exec"),
    help: ArgumentHelp("Command to run with /bin/sh after each event.", valueName: "command"))
  var command: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    let names = try Set(names.map { try ConnectionName(argument: $0).rawValue })
    let termination = TerminationSignal(.live)
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    var poller = try await EventPoller(session)
    console.note("Watching \(session.store.description).")
    while !termination.isReceived, !console.hasLostOutput {
      await termination.sleep(for: .milliseconds(session.store.feed.pauseMilliseconds))
      let lines = try await poller.poll()
      for line in lines where names.isEmpty || names.contains(line.connection) {
        console.result(line.json)
        try run(line)
      }
    }
    return .fine
  }

  private func run(_ line: EventLine) throws {
    guard let command else { return }
    let environment = InheritedEnvironment.variables.merging([
      "VAULTCTL_EVENT": line.kind.rawValue, "VAULTCTL_CONNECTION": line.connection,
    ]) { $1 }
    try ChildProcess(["/bin/sh", "-c", command], environment: environment, input: .null).wait()
  }
}
