import Diagnostics
import Model
import Pacing
import Processes
import Reports
import Synchronization

/// What a renewal service says of itself: its metrics, in a file and on request, and its state, to the
/// service manager.
final class ServiceState: Sendable {
  private struct State {
    var metrics: RenewalMetrics
    var passes: PassTimes
    /// The metrics could not be written, and that was reported.
    var hasLostMetrics = false
    var isStopping = false
  }

  private let state: Mutex<State>
  private let file: MetricsFile?
  private let server: MetricsServer?
  private let manager: ServiceManager?
  private let console: Console
  private let runtime: Runtime

  /// - Parameter metrics: have each environment.
  init(
    _ metrics: RenewalMetrics, file: MetricsFile?, server: MetricsServer?, manager: ServiceManager?,
    console: Console, runtime: Runtime
  ) {
    state = Mutex(State(metrics: metrics, passes: PassTimes(of: metrics.environments.keys)))
    self.file = file
    self.server = server
    self.manager = manager
    self.console = console
    self.runtime = runtime
  }

  /// After a pass of an environment. The first state is published once all have been looked at: a part of
  /// them would look complete.
  func publish(_ environment: RenewalMetrics.Environment, of name: String) {
    state.withLock { state in
      state.metrics.environments[name] = environment
      state.passes.record(name, at: runtime.elapsed())
      publish(&state)
    }
  }

  func publish(isProjectOutdated: Bool) {
    state.withLock { state in
      if state.metrics.isProjectOutdated == isProjectOutdated { return }
      state.metrics.isProjectOutdated = isProjectOutdated
      publish(&state)
    }
  }

  private func publish(_ state: inout State) {
    guard state.metrics.passes.last != nil else { return }
    server?.replace(with: state.metrics, state.passes)
    do throws(Diagnostic) {
      try file?.replace(with: state.metrics)
      state.hasLostMetrics = false
    } catch {
      if !state.hasLostMetrics { console.report([error.asWarning]) }
      state.hasLostMetrics = true
    }
    if !state.isStopping { manager?.notify(.ready, .status(status(state.metrics))) }
  }

  /// The last thing that the service manager hears: later passes only end what is in progress.
  func reportStopping() {
    state.withLock { state in
      state.isStopping = true
      manager?.notify(.stopping)
    }
  }

  /// Only if no environment's passes have stopped.
  func reportAlive() {
    state.withLock { state in
      guard !state.isStopping, state.passes.areRecent(at: runtime.elapsed()) else { return }
      manager?.notify(.alive)
    }
  }

  private func status(_ metrics: RenewalMetrics) -> String {
    let tokens = metrics.environments.values.flatMap(\.connections.values)
    let healthy = tokens.count { $0.state.isHealthy }
    return "\(healthy) of \(tokens.count) connections have a valid token"
  }
}
