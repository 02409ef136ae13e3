import Diagnostics
import Manifests
import Model
import Pacing
import Processes
import Renewing
import Reports
import Stores

/// Renews tokens as they come due, until a signal ends it.
///
/// Each pass looks at all environments, and begins what is due; the renewals themselves run beside the
/// passes. What could not be done is reported when it begins and when it ends, and not each time.
struct RenewalService {
  let renewers: [TokenRenewer]
  let termination: TerminationSignal
  let console: Console
  let metricsFile: MetricsFile?
  let metricsAddress: LoopbackAddress?
  let manager: ServiceManager?
  /// Shows the renewals of one pass.
  let show: ([CompletedRenewal], Session) -> Void

  /// Seconds after which it looks for connections that are new.
  private static let longestPause: Int64 = 30

  /// What was reported of one environment.
  private struct Progress {
    let renewals: BackgroundRenewals
    var outcomes: [ConnectionName: RenewalOutcome] = [:]
    var absence = StoreAbsence()
    /// When the copies for consumers were last looked at.
    var repairedAt: Timestamp?
  }

  /// - Throws: if the metrics cannot be written, or not be served, at all.
  func run() async throws -> Outcome {
    let metrics = RenewalMetrics(version: Program.version)
    guard let metricsAddress else { return try await run(metrics, server: nil) }
    let server = try await MetricsServer(metricsAddress, metrics, runtime: .live)
    console.note("Metrics are at http://127.0.0.1:\(server.port)/metrics.")
    let result: Result<Outcome, any Error>
    do { result = .success(try await run(metrics, server: server)) } catch {
      result = .failure(error)
    }
    await server.end()
    return try result.get()
  }

  private func run(_ metrics: RenewalMetrics, server: MetricsServer?) async throws -> Outcome {
    try metricsFile?.replace(with: metrics)
    let bell = Bell()
    var progress = renewers.map { renewer in
      Progress(renewals: renewer.background { bell.ring() })
    }
    var metrics = metrics
    var hasLostMetrics = false
    await withDiscardingTaskGroup { group in
      while !termination.isReceived {
        var pause = Self.longestPause * 1000
        for (index, renewer) in renewers.enumerated() where !termination.isReceived {
          let wait = await pass(renewer, &progress[index], &metrics[renewer], in: &group)
          pause = min(pause, wait)
        }
        publish(metrics, server, &hasLostMetrics)
        manager?.notify(.ready, .alive, .status(status(metrics)))
        if let interval = manager?.watchdogInterval {
          pause = min(pause, Int64(interval / .milliseconds(2)))
        }
        // What has completed since it was looked at is looked at now, and later ones ring.
        bell.silence()
        if progress.contains(where: { $0.renewals.hasCompleted }) { continue }
        await bell.sleep(for: .milliseconds(pause), termination.endingSleeps(of: .live))
      }
      manager?.notify(.stopping)
    }
    for (index, renewer) in renewers.enumerated() {
      reportCompleted(renewer, &progress[index], &metrics[renewer])
    }
    publish(metrics, server, &hasLostMetrics)
    return .fine
  }

  private func publish(
    _ metrics: RenewalMetrics, _ server: MetricsServer?, _ hasLostMetrics: inout Bool
  ) {
    server?.replace(with: metrics)
    do throws(Diagnostic) {
      try metricsFile?.replace(with: metrics)
      hasLostMetrics = false
    } catch {
      if !hasLostMetrics { console.report([error.asWarning]) }
      hasLostMetrics = true
    }
  }

  /// Shows those of a pass that differ from the last ones.
  private func report(
    _ results: [CompletedRenewal], _ renewer: TokenRenewer, _ progress: inout Progress,
    _ metrics: inout RenewalMetrics.Environment
  ) {
    let news = results.filter { [progress] in progress.outcomes[$0.name] != $0.outcome }
    if !news.isEmpty { show(news, renewer.session) }
    // One that only waits for its next attempt has not failed once more.
    metrics.add(news)
    let inProgress = progress.renewals.inProgress
    progress.outcomes = progress.outcomes.filter { inProgress.contains($0.key) }
    progress.outcomes.merge(results.map { ($0.name, $0.outcome) }) { $1 }
  }

  /// What a pass would have shown that did not come to it.
  private func reportCompleted(
    _ renewer: TokenRenewer, _ progress: inout Progress,
    _ metrics: inout RenewalMetrics.Environment
  ) {
    let results = progress.renewals.takeCompleted()
    if results.isEmpty { return }
    show(results, renewer.session)
    metrics.add(results)
    progress.outcomes.merge(results.map { ($0.name, $0.outcome) }) { $1 }
  }

  /// - Returns: the milliseconds until the next one.
  private func pass(
    _ renewer: TokenRenewer, _ progress: inout Progress,
    _ metrics: inout RenewalMetrics.Environment, in group: inout DiscardingTaskGroup
  ) async -> Int64 {
    let session = renewer.session
    do {
      let (results, outlook) = try await renewer.pass(
        progress.renewals, in: &group, console: console)
      if progress.absence.ended() > 0 {
        console.note("\(session.store.description) is available again.")
      }
      report(results, renewer, &progress, &metrics)
      metrics.connections = outlook.tokens
      let now = session.runtime.now()
      if progress.repairedAt.map({ now.seconds(since: $0) >= Self.longestPause }) ?? true {
        try await renewer.repairCopies()
        progress.repairedAt = now
      }
      (metrics.lastPass, metrics.lastSuccess) = (now, now)
      guard let due = outlook.nextDue else { return Self.longestPause * 1000 }
      return max(due.milliseconds - session.runtime.now().milliseconds, 250)
    } catch {
      reportCompleted(renewer, &progress, &metrics)
      metrics.storeErrors += 1
      metrics.lastPass = session.runtime.now()
      // An unavailable store may come back.
      let (new, pause) = progress.absence.failed(
        Failure(error, outcome: .failed).diagnostics, fraction: session.runtime.random())
      console.report(new)
      return max(Int64(pause / .milliseconds(1)), 250)
    }
  }

  private func status(_ metrics: RenewalMetrics) -> String {
    let tokens = metrics.environments.values.flatMap(\.connections.values)
    let healthy = tokens.count { $0.state.isHealthy }
    return "\(healthy) of \(tokens.count) connections have a valid token"
  }
}

extension RenewalMetrics {
  /// Of the environment whose tokens these are.
  fileprivate subscript(renewer: TokenRenewer) -> Environment {
    get { environments[renewer.environmentName, default: Environment()] }
    set { environments[renewer.environmentName] = newValue }
  }
}

extension TokenRenewer {
  fileprivate var environmentName: String { session.workspace.environment?.name ?? "" }
}

extension RenewalMetrics.Environment {
  fileprivate mutating func add(_ results: [CompletedRenewal]) {
    for result in results {
      switch result.outcome {
      case .renewed: renewals[result.name, default: 0] += 1
      case .adopted, .notDue, .waiting: break
      case .needsAuthorization: failures[.needsAuthorization, default: 0] += 1
      case .stopped: failures[.refused, default: 0] += 1
      case .failed: failures[.service, default: 0] += 1
      case .storeFailed: failures[.store, default: 0] += 1
      case .unsaved: failures[.unsaved, default: 0] += 1
      }
    }
  }
}
