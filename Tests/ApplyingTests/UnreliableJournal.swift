import Model
import Stores
import Synchronization

extension Store {
  /// The store, whose backend goes away, or whose process is killed, after `count` writes.
  func unreliable(_ fate: UnreliableJournal.Fate, afterWrites count: Int) -> Store {
    var store = self
    // Fewer than a test has changes, so that some are not started.
    store.traits.parallelism = 4
    store.journal = UnreliableJournal(journal, fate, afterWrites: count)
    return store
  }
}

/// A journal whose runs write until the backend is gone.
final class UnreliableJournal: ApplyJournal {
  /// What a test lets happen at a write.
  enum Fate: Sendable {
    case unavailableBefore, unavailableAfter
  }

  private static let gone = StoreError.unavailable("the cable was pulled")

  private let inner: any ApplyJournal
  private let fate: Fate
  private let left: Mutex<Int>

  init(_ inner: any ApplyJournal, _ fate: Fate, afterWrites count: Int) {
    self.inner = inner
    self.fate = fate
    left = Mutex(count)
  }

  func recoverInterruptedRuns() async throws(StoreError) -> [InterruptedRun] {
    try await inner.recoverInterruptedRuns()
  }

  func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> ApplyRun {
    let run = try await inner.beginRun(intents, by: provenance)
    return ApplyRun(
      writer: UnreliableWriter(inner: run.writer, journal: self), abandon: run.abandon,
      end: { now async throws(StoreError) in
        if self.left.withLock({ $0 < 0 }) { throw Self.gone }
        try await run.end?(now)
      })
  }

  private struct UnreliableWriter: ConnectionWriter {
    let inner: any ConnectionWriter
    let journal: UnreliableJournal

    func carryOut(_ write: StoreWrite) async throws(StoreError) -> AppliedRecord? {
      // Whether this write is one too many; after that all are.
      let isOver = journal.left.withLock { left in
        left -= 1
        return left < 0
      }
      if isOver, journal.fate == .unavailableBefore { throw UnreliableJournal.gone }
      let record = try await inner.carryOut(write)
      if isOver { throw UnreliableJournal.gone }
      return record
    }
  }
}
