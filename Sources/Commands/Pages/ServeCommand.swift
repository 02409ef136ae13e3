import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model
import Pacing
import Pages
import Serving

struct ServeCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Show the vault page live, on this machine.",
    discussion: """
      Prints a link that works once: the browser that opens it can use the page until the command \
      ends. The page follows the manifests, the flows and the store.

      Connections can be added, filled, changed, renamed and deleted on the page: what is secret is \
      sealed on arrival, and all is written into the work tree, never into a store. The page shows the \
      plan before and the diff after, and commits on a branch when asked. With --read-only, it changes \
      nothing.

      With --metrics, /metrics answers everyone on this machine, in the format of Prometheus: it names \
      connections and has no value of theirs.

      Only 127.0.0.1 is listened on. For a browser on another machine, forward the port to it: \
      ssh -L PORT:127.0.0.1:PORT HOST
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: "Port (default: a free one).")
  var port = 0

  @Option(
    name: .customLong("idle"),
    help: ArgumentHelp(
      "Minutes without a request after which the command ends.", valueName: "minutes"))
  var idleMinutes = 60

  @Flag(help: "Change nothing.")
  var readOnly = false

  @Flag(help: "Answer /metrics without the link, for Prometheus.")
  var metrics = false

  @Flag(help: "Read the applied records alone, without credentials, key or network.")
  var offline = false

  @Flag(help: "Do not read flows from the store's backend.")
  var noFlows = false

  func validate() throws {
    try NumberLimit.port.validate(port, of: "--port")
    try NumberLimit.idleMinutes.validate(idleMinutes, of: "--idle")
  }

  /// 1. The project is read once, before anything listens.
  /// 2. The link is printed; every request is answered from what was read last.
  /// 3. Every second, what changed is read again, until a signal or nobody looks any more.
  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global, acceptsAll: true)
    _ = try workspace.shown(global)
    let termination = TerminationSignal(.live)
    let access = PageAccess(
      token: Self.random(), session: Self.random(), write: Self.random())
    let writes = !readOnly && !workspace.project.allRecipients.isEmpty
    let live = await livePage(workspace, console, writeToken: writes ? access.writeToken : nil)
    let routes = PageRoutes(
      access: access, live: live, opensMetrics: metrics,
      writer: writes
        ? PageWriter(global: global, console: console, sources: sources) : nil)
    let server: LoopbackServer
    do throws(LoopbackServer.NotStarted) {
      server = try await LoopbackServer(port: UInt16(port)) { request, port in
        await routes.response(to: request, port: port)
      }
    } catch {
      throw Failure(.portUnavailable(port, help: "use any free one: vaultctl serve"))
    }
    console.result("http://127.0.0.1:\(server.port)/?\(access.query)\n")
    console.note("The link works once, on this machine. Ctrl-C ends the page.")
    while !termination.isReceived, !console.hasLostOutput {
      await termination.sleep(for: .seconds(1))
      await live.follow()
      if await live.idleSeconds() >= Int64(idleMinutes) * 60 {
        console.note("Ended: no request for \(idleMinutes) minutes.")
        break
      }
    }
    await server.end()
    return .fine
  }

  private func livePage(
    _ workspace: Workspace, _ console: Console, writeToken: String?
  ) async -> LivePage {
    let reader = PageReader(
      console: console, mode: .live, sources: sources, writeToken: writeToken)
    let global = global
    return await LivePage(workspace, now: Runtime.live.now) {
      func empty(_ error: any Error, of project: Workspace?) -> LivePage.Loaded {
        LivePage.Loaded(
          page: reader.page(
            of: workspace.project.name, root: workspace.files.root,
            faults: Failure(error, outcome: .failed).diagnostics),
          project: project, tokens: [:])
      }
      let present: Workspace
      do {
        present = try Workspace.load(global, acceptsAll: true)
      } catch {
        return empty(error, of: nil)
      }
      do {
        let workspaces = try present.shown(global)
        let diagnostics = workspaces.diagnostics
        if diagnostics.hasErrors { throw Failure(diagnostics) }
        let result = try await reader.page(of: workspaces)
        // Offline no token is read, and the metrics claim nothing about them.
        return LivePage.Loaded(
          page: result.page, project: present, tokens: offline ? [:] : result.tokens)
      } catch {
        return empty(error, of: present)
      }
    }
  }

  private var sources: PlanSources { PlanSources(offline: offline, noFlows: noFlows) }

  private static func random() -> [UInt8] { (0..<32).map { _ in .random(in: 0...255) } }
}
