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
    abstract: "Tell what happens to connections, a line of JSON each.",
    discussion: """
      The events are applied, renamed, deleted, rolled-back, refreshed, authorized, revoked, failed, \
      scopes, expiring and drifted; no value is in one. They come from the \
      store's own log, whoever wrote it; where it has none that can be read on from, versions are \
      compared every five seconds. With --exec a \
      command is run after each, with VAULTCTL_EVENT and VAULTCTL_CONNECTION in its environment. \
      SIGTERM ends it.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "These connections alone (default: all).") var names: [String] = []

  @Option(
    name: .customLong("exec"),
    help: ArgumentHelp("Run by /bin/sh after each event.", valueName: "command"))
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
    let environment = ProcessInfo.processInfo.environment.merging([
      "VAULTCTL_EVENT": line.kind.rawValue, "VAULTCTL_CONNECTION": line.connection,
    ]) { $1 }
    try ChildProcess(["/bin/sh", "-c", command], environment: environment, input: .null).wait()
  }
}
