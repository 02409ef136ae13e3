import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model
import Planning
import Processes
import Reports
import Stores

struct WatchCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Tell what happens to connections, a line of JSON each.",
    discussion: """
      The events are applied, renamed, deleted, refreshed, authorized, revoked, failed, scopes, \
      expiring and drifted; no value is in one. They come from the \
      store's own log, whoever wrote it; where it has none that can be read on from, versions are \
      compared every five seconds. With --exec a \
      command is run after each, with VAULTCTL_EVENT and VAULTCTL_CONNECTION in its environment. \
      SIGTERM ends it.
      """)

  /// Looks at the log between two at what was changed outside of vaultctl.
  private static let pollsPerDriftCheck = 20

  @OptionGroup var global: GlobalOptions
  @Argument(help: "These connections alone (default: all).") var names: [String] = []

  @Option(
    name: .customLong("exec"),
    help: ArgumentHelp("Run by /bin/sh after each event.", valueName: "command"))
  var command: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    let names = try Set(names.map { try ConnectionName.argument($0).rawValue })
    let end = EndSignal()
    let session = try Session(Workspace.load(global), console: console)
    let feed = session.store.feed
    var cursor = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await feed.currentCursor()
    }
    // What has drifted is told when it does; what ends soon is told at the start too.
    var standing = try await standing(session).filter { $0.kind == .drifted }
    console.note("Watching \(session.store.description).")
    var looks = -1
    while !end.isGiven, !console.hasLostOutput {
      await end.sleep(for: .milliseconds(feed.pauseMilliseconds))
      let (events, next) = try await session.mappingStoreErrors {
        [cursor] () async throws(StoreError) in
        try await feed.events(after: cursor)
      }
      cursor = next
      var lines = events.compactMap { event in
        event.connection.flatMap {
          EventLine(
            what: event.what, connection: $0, at: event.at, who: event.who,
            version: event.version)
        }
      }
      looks += 1
      if looks.isMultiple(of: Self.pollsPerDriftCheck) {
        let found = try await self.standing(session)
        lines += found.subtracting(standing).sorted { $0.connection < $1.connection }.map {
          EventLine(
            $0.kind, connection: $0.connection, at: session.clock.now(), who: nil, version: nil)
        }
        standing = found
      }
      for line in lines where names.isEmpty || names.contains(line.connection) {
        console.result(line.json)
        try run(line)
      }
    }
    return .fine
  }

  /// Something that holds of a connection and is in no log.
  private struct Standing: Hashable {
    let kind: EventLine.Kind
    let connection: String
  }

  /// What the store has otherwise than it was applied, and what ends soon for good.
  private func standing(_ session: Session) async throws -> Set<Standing> {
    let plan = Planning.plan(
      PlanningInput(
        desired: session.workspace.state.connections, snapshot: try await session.read(),
        catalog: session.workspace.catalog, tokens: try await session.tokenOverview()))
    return Set(
      plan.findings.compactMap { finding in
        guard let name = finding.connection?.rawValue else { return nil }
        if finding.kind == .drift || finding.kind == .conflict {
          return Standing(kind: .drifted, connection: name)
        }
        let isEnding =
          finding.diagnostic.code == .tokenEnding && finding.diagnostic.severity == .warning
        return isEnding ? Standing(kind: .expiring, connection: name) : nil
      })
  }

  private func run(_ line: EventLine) throws {
    guard let command else { return }
    let environment = ProcessInfo.processInfo.environment.merging([
      "VAULTCTL_EVENT": line.kind.rawValue, "VAULTCTL_CONNECTION": line.connection,
    ]) { $1 }
    try ChildProcess(["/bin/sh", "-c", command], environment: environment, input: .null).wait()
  }
}
