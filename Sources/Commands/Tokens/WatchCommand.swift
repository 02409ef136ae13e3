import Applying
import ArgumentParser
import Diagnostics
import Foundation
import Model
import Pacing
import Processes
import Reports
import Stores

struct WatchCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Stream events of connections as JSON Lines.",
    discussion: """
      Events are applied, renamed, deleted, rolled-back, refreshed, authorized, revoked, failed, \
      scopes, expiring, drifted, foreign-write (by another tool, or another owner of the store), \
      lock-taken-over (from an apply that was gone) and store-replaced (by an older copy, as in a restore: \
      any connection may have changed); they never contain a value. They are read from the store's own \
      log, whichever process wrote it; for a store without a log, versions are compared every five \
      seconds. schemas/event.schema.json describes a line. A store that is unavailable is waited for. \
      With --exec, a command runs after each event, one at a time, with VAULTCTL_EVENT and \
      VAULTCTL_CONNECTION in its environment, and its output goes to stderr. Ends on SIGTERM.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connections (default: all).", completion: .connections)
  var names: [String] = []

  @Option(
    name: .customLong("exec"),
    help: ArgumentHelp("Command to run with /bin/sh after each event.", valueName: "command"))
  var command: String?

  @Option(name: .output, help: ArgumentHelp("Output format: json or text.", valueName: "format"))
  var format: OutputFormat = .json

  var resultForm: ResultForm { format == .json ? .lines : .text }

  func carryOut(_ console: Console) async throws -> Outcome {
    let names = try Set(names.map { try ConnectionName(argument: $0) })
    let termination = TerminationSignal(.live)
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let poller = try await EventPoller(session)
    let known = try await session.read().actual
    let unknown = names.filter { known[$0] == nil }.sorted()
    if !unknown.isEmpty {
      throw Failure(unknown.map { Diagnostic(.notFound($0), in: session.store.description) })
    }
    console.note("Watching \(session.store.description).")
    let queue = EventQueue(limit: Self.maxWaiting)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await run(queue.lines, until: termination, session.runtime, console) }
      group.addTask {
        await stream(
          poller, of: Set(names.map(\.rawValue)), to: queue, session, termination, console)
        queue.end()
      }
      await group.waitForAll()
    }
    return .fine
  }

  private func stream(
    _ poller: EventPoller, of names: Set<String>, to queue: EventQueue,
    _ session: Session, _ termination: TerminationSignal, _ console: Console
  ) async {
    var poller = poller
    var absence = StoreAbsence()
    var pause = Duration.milliseconds(session.store.feed.pauseMilliseconds)
    while !termination.isReceived, !console.hasLostOutput, !Task.isCancelled {
      await termination.sleep(for: pause)
      pause = .milliseconds(session.store.feed.pauseMilliseconds)
      do {
        let lines = try await poller.poll()
        if absence.ended() > 0 { console.note("\(session.store.description) is available again.") }
        for line in lines where names.isEmpty || line.connection.map(names.contains) ?? true {
          console.result(line.text)
          console.result(line.json)
          if command != nil, !queue.add(line) {
            console.report([.eventDropped(line, Self.maxWaiting)])
          }
        }
      } catch {
        // An unavailable store may come back.
        let failure = Failure(error, outcome: .failed)
        let (new, wait) = absence.failed(
          failure.diagnostics, fraction: session.runtime.random())
        console.report(new)
        pause = max(wait, pause)
      }
    }
  }

  /// Maximum number of events that wait for their command.
  private static let maxWaiting = 1000

  /// The time that the commands of events have after a signal, and then to obey their own.
  private static let grace = Duration.seconds(5)

  /// Runs the command for each event, one after the other and without delaying the events. Some time
  /// after a signal, the current one is ended with all that it has started, if need be by SIGKILL, and those
  /// that wait are dropped.
  private func run(
    _ events: AsyncStream<EventLine>, until termination: TerminationSignal, _ runtime: Runtime,
    _ console: Console
  ) async {
    guard let command else { return }
    var received: Duration?
    /// How often the time after the signal has passed.
    func over() -> Int64 {
      if received == nil, termination.isReceived { received = runtime.elapsed() }
      return received.map { Int64((runtime.elapsed() - $0) / Self.grace) } ?? 0
    }
    for await line in events where over() == 0 {
      let environment = InheritedEnvironment.variables.merging([
        "VAULTCTL_EVENT": line.kind.rawValue, "VAULTCTL_CONNECTION": line.connection ?? "",
      ]) { $1 }
      let child: ChildProcess
      do {
        child = try ChildProcess(
          ["/bin/sh", "-c", command], environment: environment, input: .null, output: .messages,
          leadsGroup: true)
      } catch {
        console.report([.commandNotStarted(line, error)])
        continue
      }
      var signals: Int64 = 0
      while child.isRunning || (over() == 1 && child.signalGroup(0)) {
        let times = over()
        if times > signals { child.signalGroup(times == 1 ? SIGTERM : SIGKILL) }
        signals = times
        await runtime.sleep(.milliseconds(20))
      }
      // The shell obeyed, and something that it started did not.
      if over() > 1 { child.signalGroup(SIGKILL) }
    }
  }
}

extension Diagnostic {
  fileprivate static func commandNotStarted(
    _ line: EventLine, _ error: any Error
  ) -> Diagnostic {
    let number = (error as? ChildProcess.NotStarted)?.code
    return Diagnostic(
      .commandNotRun, "the command for \(line.subject) was not started", severity: .warning,
      notes: number.map { [unsafe String(cString: strerror($0))] } ?? [])
  }

  fileprivate static func eventDropped(_ line: EventLine, _ limit: Int) -> Diagnostic {
    Diagnostic(
      .commandNotRun, "the command for \(line.subject) will not run", severity: .warning,
      notes: ["\(limit) events are waiting for it; it runs once at a time"],
      help: ["let the command return sooner"])
  }
}

extension EventLine {
  fileprivate var subject: String {
    connection.map { "`\(kind.rawValue)` of `\($0)`" } ?? "`\(kind.rawValue)`"
  }
}
