package import Diagnostics
package import Model
package import Pacing
package import Stores

/// The lock that keeps two applies of one store apart.
package struct StoreLock: Sendable {
  /// Well below `LockHolder.silence`, so that two heartbeats may be lost.
  private static let heartbeat = Duration.seconds(15)

  private let store: Store
  private let holder: LockHolder
  private let runtime: Runtime
  /// Whether the process was asked to end: what is in progress is finished, nothing else is begun.
  package let isEnding: @Sendable () -> Bool

  package init(
    _ store: Store, _ holder: LockHolder, runtime: Runtime,
    isEnding: @escaping @Sendable () -> Bool = { false }
  ) {
    self.store = store
    self.holder = holder
    self.runtime = runtime
    self.isEnding = isEnding
  }

  /// Takes the lock, waiting for it at most this many seconds.
  ///
  /// - Parameter notice: receives that the lock is awaited (once), or was taken over.
  /// - Throws: `storeLocked` with who holds it and since when; `interrupted` if the process is ending;
  ///   what the store reports.
  package func take(
    waitingAtMost seconds: Int64, notice: @Sendable (Diagnostic) async -> Void
  ) async throws(Diagnostic) {
    var retry = Retry(RetryPolicy(.duration(.seconds(seconds)), .constant(0.5)), runtime)
    var watched: (holder: LockHolder, since: Duration)?
    while true {
      if isEnding() { throw .interrupted(store: store.description) }
      let isSilent =
        watched.map { runtime.elapsed() - $0.since >= .seconds(LockHolder.silence) } ?? false
      let outcome: LockOutcome
      do throws(StoreError) {
        outcome = try await store.lock.tryLock(
          candidate, over: isSilent ? watched?.holder : nil)
      } catch {
        // Another process writes all the time: waiting for that is waiting for the lock.
        guard case .busy = error, await retry.waitForNextAttempt() else {
          throw Diagnostic(error, in: store.description)
        }
        continue
      }
      switch outcome {
      case .acquired: return
      case .takenOver(let former):
        await notice(.lockTakenOver(former, store: store.description))
        return
      case .held(let other):
        let isFirst = watched == nil
        // By the time that we waited: the holder's clock may be ahead, and then it is never silent by its times.
        if watched?.holder != other { watched = (other, runtime.elapsed()) }
        // Also if the first look alone took as long as one waits.
        if isFirst, seconds > 0 {
          await notice(.waiting(for: other, store: store.description))
        }
        guard await retry.waitForNextAttempt() else {
          throw .storeLocked(by: other, now: runtime.now(), store: store.description)
        }
      }
    }
  }

  package func release() async throws(Diagnostic) {
    try await store.mappingErrors { () async throws(StoreError) in
      try await store.lock.unlock(holder)
    }
  }

  /// Sends a heartbeat.
  ///
  /// - Throws: `lockLost` if another process took over the lock.
  func confirm() async throws(Diagnostic) {
    try await store.mappingErrors { () async throws(StoreError) in
      try await store.lock.heartbeat(holder, at: runtime.now())
    }
  }

  /// Sends heartbeats until it is cancelled; returns early with the failure if the lock is
  /// lost.
  func keepAlive() async -> Diagnostic? {
    while !Task.isCancelled {
      await runtime.sleep(Self.heartbeat)
      if Task.isCancelled { return nil }
      do throws(Diagnostic) {
        try await confirm()
      } catch {
        return error
      }
    }
    return nil
  }

  /// Runs `work` with the lock kept alive; it is cancelled if the lock is lost.
  ///
  /// - Returns: its result, and why the lock was lost.
  package func keepingAlive<R: Sendable>(
    _ work: @escaping @Sendable () async -> R
  ) async -> (result: R, fault: Diagnostic?) {
    await withTaskGroup(of: (result: R?, fault: Diagnostic?).self) { group in
      group.addTask { (await work(), nil) }
      group.addTask { (nil, await keepAlive()) }
      var result: R?
      var fault: Diagnostic?
      while let part = await group.next() {
        result = part.result ?? result
        fault = part.fault ?? fault
        group.cancelAll()
      }
      guard let result else { preconditionFailure("work that is cancelled has a result, too") }
      return (result, fault)
    }
  }

  /// Who takes the lock, alive now.
  package var candidate: LockHolder {
    let now = runtime.now()
    return LockHolder(
      token: holder.token, who: holder.who, host: holder.host, processID: holder.processID,
      processStart: holder.processStart, since: now, lastSeen: now)
  }

  /// Who holds the lock; `nil` if nobody does, or its holder is gone.
  package func current() async throws(Diagnostic) -> LockHolder? {
    switch try await attempt(over: nil) {
    case .held(let other): return other
    case .acquired, .takenOver:
      try await release()
      return nil
    }
  }

  /// Releases the lock of another process.
  ///
  /// - Returns: false if it gave a sign of life since it was looked at, or another process has the
  ///   lock.
  package func release(from holder: LockHolder) async throws(Diagnostic) -> Bool {
    switch try await attempt(over: holder) {
    case .held: return false
    case .acquired, .takenOver:
      try await release()
      return true
    }
  }

  private func attempt(over silent: LockHolder?) async throws(Diagnostic) -> LockOutcome {
    try await store.mappingErrors { () async throws(StoreError) in
      try await store.lock.tryLock(candidate, over: silent)
    }
  }
}

extension Diagnostic {
  fileprivate static func interrupted(store: StoreDescription) -> Diagnostic {
    Diagnostic(
      .interrupted, "interrupted by a signal while waiting for the lock of \(store)",
      notes: ["nothing was begun"])
  }

  fileprivate static func lockTakenOver(
    _ former: LockHolder, store: StoreDescription
  ) -> Diagnostic {
    Diagnostic(
      .lockTakenOver, "took over the lock of \(store) from \(former.who)", severity: .warning,
      notes: [
        "process \(former.processID) held it since \(former.since), last gave a sign of life at"
          + " \(former.lastSeen), and is gone or silent"
      ])
  }

  fileprivate static func waiting(
    for other: LockHolder, store: StoreDescription
  ) -> Diagnostic {
    Diagnostic(
      .storeLocked, "waiting for the lock of \(store)", severity: .info,
      notes: ["\(other.who) (process \(other.processID)) has held it since \(other.since)"])
  }

  fileprivate static func storeLocked(
    by other: LockHolder, now: Timestamp, store: StoreDescription
  ) -> Diagnostic {
    Diagnostic(
      .storeLocked, "another apply holds the lock of \(store)",
      notes: [
        "\(other.who) (process \(other.processID)) has held it since \(other.since)"
          + other.age(at: now)
      ],
      help: [
        "wait longer: vaultctl apply --lock-timeout 300",
        "if that process no longer exists: vaultctl unlock",
      ])
  }
}

extension LockHolder {
  /// `, 30 seconds ago`, if the holder's clock agrees with ours.
  package func age(at now: Timestamp) -> String {
    let seconds = now.seconds(since: since)
    return seconds < 0
      ? " by its clock, which is ahead of this machine's" : ", \(seconds) seconds ago"
  }
}
