import Diagnostics
import Foundation
import Manifests
import Pacing
import Processes
import Reports

/// Renews tokens as they come due, until a signal ends it.
///
/// Each environment has passes of its own, so that a store that does not respond holds up no other one's.
struct RenewalService {
  let renewers: [TokenRenewer]
  /// The environments that cannot be renewed.
  let unusable: [String]
  let projectFile: ProjectFileCheck
  let termination: TerminationSignal
  let console: Console
  let metricsFile: MetricsFile?
  let metricsAddress: LoopbackAddress?
  let manager: ServiceManager?
  /// Shows the renewals of one pass.
  let show: @Sendable ([CompletedRenewal], Session) -> Void

  /// The reader of the results may end, and the renewals continue. For the rest of the process: a signal that
  /// came just before its end is passed on after it.
  private static let brokenPipes = CaughtSignals([SIGPIPE]) { _ in }

  /// - Throws: if the metrics cannot be written, or not be served, at all.
  func run() async throws -> Outcome {
    _ = Self.brokenPipes
    console.continueAfterLostResults()
    var metrics = RenewalMetrics(version: Program.version)
    metrics.unusable = unusable
    var server: MetricsServer?
    if let metricsAddress {
      let started = try await MetricsServer(metricsAddress, metrics, runtime: .live)
      console.note("Metrics are at http://127.0.0.1:\(started.port)/metrics.")
      server = started
    }
    let result: Result<Outcome, any Error>
    do {
      try metricsFile?.replace(with: metrics)
      for renewer in renewers { metrics.environments[renewer.environmentName] = .init() }
      let state = ServiceState(
        metrics, file: metricsFile, server: server, manager: manager, console: console,
        runtime: .live)
      await renew(state)
      result = .success(.fine)
    } catch {
      result = .failure(error)
    }
    await server?.end()
    return try result.get()
  }

  private func renew(_ state: ServiceState) async {
    await withTaskGroup { group in
      for renewer in renewers {
        group.addTask {
          var passes = RenewalPasses(
            renewer: renewer, termination: termination, console: renewer.session.console, show: show
          )
          await passes.run { state.publish($0, of: renewer.environmentName) }
        }
      }
      if let interval = manager?.watchdogInterval {
        group.addTask {
          while !termination.isReceived {
            state.reportAlive()
            await termination.sleep(for: interval / Self.reportsPerInterval)
          }
        }
      }
      group.addTask { await watchProjectFile(state) }
      await termination.wait()
      state.reportStopping()
    }
  }

  /// One more than sd_watchdog_enabled(3) advises, so that one that is late is not the last.
  private static let reportsPerInterval = 3
  private static let projectFilePause = Duration.seconds(5)

  /// Reports once that the project file has changed.
  private func watchProjectFile(_ state: ServiceState) async {
    let conditions = ReportedConditions()
    while !termination.isReceived {
      let isOutdated = projectFile.hasChanged
      state.publish(isProjectOutdated: isOutdated)
      console.report(conditions.new(among: isOutdated ? [.projectOutdated] : []))
      await termination.sleep(for: Self.projectFilePause)
    }
  }
}

extension TokenRenewer {
  fileprivate var environmentName: String { session.workspace.environment?.name ?? "" }
}
