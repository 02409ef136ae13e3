package import Diagnostics
import Model
package import Pacing
package import Stores

/// The lock that keeps two applies of one store apart.
package struct StoreLock: Sendable {
  /// Well below `LockHolder.silence`, so that two heartbeats may be lost.
  private static let heartbeat = Duration.seconds(15)

  private let store: Store
  private let holder: LockHolder
  private let runtime: Runtime

  package init(_ store: Store, _ holder: LockHolder, runtime: Runtime) {
    self.store = store
    self.holder = holder
    self.runtime = runtime
  }

  /// Takes the lock, waiting for it at most this many seconds.
  ///
  /// - Parameter notice: receives that the lock is awaited (once), or was taken over.
  /// - Throws: `storeLocked` with who holds it and since when; what the store reports.
  package func take(
    waitingAtMost seconds: Int64, notice: @Sendable (Diagnostic) async -> Void
  ) async throws(Diagnostic) {
    var retry = Retry(RetryPolicy(.duration(.seconds(seconds)), .constant(0.5)), runtime)
    while true {
      switch try await attempt() {
      case .acquired: return
      case .takenOver(let former):
        await notice(.lockTakenOver(former, store: store.description))
        return
      case .held(let other):
        if retry.count == 0, !retry.isExhausted {
          await notice(.waiting(for: other, store: store.description))
        }
        guard await retry.waitForNextAttempt() else {
          throw .storeLocked(by: other, now: runtime.now(), store: store.description)
        }
      }
    }
  }

  package func release() async throws(Diagnostic) {
    do throws(StoreError) {
      try await store.lock.unlock(holder)
    } catch {
      throw Diagnostic(error, in: store.description)
    }
  }

  /// Sends a heartbeat.
  ///
  /// - Throws: `lockLost` if another process took over the lock.
  func confirm() async throws(Diagnostic) {
    do throws(StoreError) {
      try await store.lock.heartbeat(holder, at: runtime.now())
    } catch {
      throw Diagnostic(error, in: store.description)
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

  /// Who takes the lock, alive now.
  package var candidate: LockHolder {
    let now = runtime.now()
    return LockHolder(
      token: holder.token, who: holder.who, host: holder.host, processID: holder.processID,
      processStart: holder.processStart, since: now, lastSeen: now)
  }

  private func attempt() async throws(Diagnostic) -> LockOutcome {
    do throws(StoreError) {
      return try await store.lock.tryLock(candidate)
    } catch {
      throw Diagnostic(error, in: store.description)
    }
  }
}

extension Diagnostic {
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
        "\(other.who) (process \(other.processID)) has held it since \(other.since),"
          + " \(now.seconds(since: other.since)) seconds ago"
      ], help: ["wait longer: vaultctl apply --lock-timeout 300"])
  }
}
