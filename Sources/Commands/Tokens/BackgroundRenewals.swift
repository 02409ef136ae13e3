package import Model
import Pacing
package import Renewing
package import Secrets
import Synchronization

/// The renewals that a service has begun. They run beside its passes, so that a token service that
/// responds late, or never, holds up no connection of another one.
package final class BackgroundRenewals: Sendable {
  package typealias Work = (subject: RenewalSubject, secrets: [FieldName: SecretBytes])

  /// Those of one token service.
  private struct Queue {
    var waiting: ArraySlice<Work> = []
    var workers = 0

    var missingWorkers: Int { min(Renewer.width - workers, waiting.count) }
  }

  private struct State {
    /// By token service; `nil` for what names none.
    var queues: [Destination?: Queue] = [:]
    var inProgress: Set<ConnectionName> = []
    var completed: [CompletedRenewal] = []
    /// Is over once nothing is in progress.
    var end = Sleepers()

    mutating func dropWaiting(of host: Destination?) {
      for work in queues[host]?.waiting ?? [] { inProgress.remove(work.subject.name) }
      queues[host]?.waiting = []
    }
  }

  private let state = Mutex(State())
  private let isEnding: @Sendable () -> Bool
  private let renew: @Sendable (Work) async -> RenewalOutcome
  private let completion: @Sendable () -> Void

  /// - Parameters:
  ///   - isEnding: whether those that wait are not begun any more.
  ///   - completion: is called once a renewal is among the completed ones.
  package init(
    isEnding: @escaping @Sendable () -> Bool,
    renew: @escaping @Sendable (Work) async -> RenewalOutcome,
    completion: @escaping @Sendable () -> Void
  ) {
    self.isEnding = isEnding
    self.renew = renew
    self.completion = completion
  }

  package var inProgress: Set<ConnectionName> { state.withLock { $0.inProgress } }

  var hasCompleted: Bool { state.withLock { !$0.completed.isEmpty } }

  /// Begins to renew connections that are not in progress, a bounded number at a time for each token
  /// service.
  package func begin(_ work: [Work], in group: inout DiscardingTaskGroup) {
    if work.isEmpty { return }
    let workers = state.withLock { state in
      if state.inProgress.isEmpty { state.end = Sleepers() }
      for one in work {
        state.inProgress.insert(one.subject.name)
        state.queues[one.subject.tokenHost, default: Queue()].waiting.append(one)
      }
      return state.queues.keys.flatMap { host in
        let count = state.queues[host]?.missingWorkers ?? 0
        state.queues[host]?.workers += count
        return repeatElement(host, count: count)
      }
    }
    for host in workers {
      group.addTask { await self.renewAll(of: host) }
    }
  }

  /// Returns once nothing is in progress, or after the duration.
  func wait(for duration: Duration, _ runtime: Runtime) async {
    let end = state.withLock { $0.inProgress.isEmpty ? nil : $0.end }
    await end?.sleep(for: duration, runtime)
  }

  /// Those that have ended since the last call.
  package func takeCompleted() -> [CompletedRenewal] {
    state.withLock { state in
      defer { state.completed = [] }
      return state.completed
    }
  }

  private func renewAll(of host: Destination?) async {
    while let work = next(of: host) {
      let outcome = await renew(work)
      let name = work.subject.name
      let end = state.withLock { state in
        state.completed.append(CompletedRenewal(name: name, outcome: outcome))
        state.inProgress.remove(name)
        return state.inProgress.isEmpty ? state.end : nil
      }
      end?.wakeAll()
      completion()
    }
  }

  /// - Returns: `nil` if none is left, and the worker is to end.
  private func next(of host: Destination?) -> Work? {
    state.withLock { state in
      if isEnding() { state.dropWaiting(of: host) }
      if let work = state.queues[host]?.waiting.popFirst() { return work }
      state.queues[host]?.workers -= 1
      if state.queues[host]?.workers == 0 { state.queues[host] = nil }
      return nil
    }
  }
}
