import Applying
import Diagnostics
import Ledgers
import Manifests
import Model
import Pacing
import Reports
import Stores

/// One copy of a store, or the removal of its original: both under the locks of both stores.
struct StoreCopyRunner: Sendable {
  private let sides: StoreCopySides
  private let source: Session
  private let target: Session
  private let console: Console
  private let lockTimeout: Int64

  init(_ sides: StoreCopySides, _ console: Console, lockTimeout: Int64) throws {
    self.sides = sides
    self.console = console
    self.lockTimeout = lockTimeout
    // What is removed is not to be brought back: its tokens are in use elsewhere.
    source = try SessionFactory(
      console: console, destroys: true, lockTimeout: lockTimeout,
      ignoresEnvironmentLogins: sides.areTwoServers
    )
    .session(for: sides.source.workspace, with: sides.source.backend)
    target = try SessionFactory(
      console: console, lockTimeout: lockTimeout, ignoresEnvironmentLogins: sides.areTwoServers,
      reportsUntrusted: false
    ).session(for: sides.target.workspace, with: sides.target.backend)
  }

  /// 1. What killed runs left in both stores is recovered, and responses of services that wait on this
  ///    machine are saved.
  /// 2. The target must be empty, or have an earlier copy.
  /// 3. The target's key is sealed for its recipients, as before an apply.
  /// 4. What it does not have yet is copied.
  /// 5. Everything is read again, and compared.
  func copy() async throws -> Outcome {
    try await requireSource()
    return try await underLocks { copier in
      try await recover()
      let comparison = try await compared()
      if !comparison.obstacles.isEmpty { throw Failure(comparison.obstacles) }
      report(comparison.others)
      await target.protectContent(console)
      let isKeyUpdated = try await target.updateStoreKey(console)
      let result = await copier.copy(comparison) { name in
        if console.showsProgress { console.note("  \(name)") }
      }
      console.report(result.faults.sorted(by: Diagnostic.inReadingOrder))
      if !result.faults.isEmpty { return result.hasBegun || isKeyUpdated ? .partly : .failed }
      let after = try await compared()
      let faults = try await StoreCopyVerifier(source.store, target.store).faults(after)
      console.report(faults)
      if !faults.isEmpty { return .partly }
      try await publish(of: target, sides.target)
      summarize(result, after)
      return .applied
    }
  }

  /// 1. Each connection must be in the target, as it was copied or newer.
  /// 2. The user approves.
  /// 3. The connections, with their tokens, are removed from the source.
  func finish(_ isApproved: (TerminalText) -> Bool) async throws -> Outcome {
    try await requireSource()
    let approved = try await underLocks { _ in
      try await recover()
      return try await verified()
    }
    let count = counted(approved.names.count, "connection")
    report(approved.others)
    if approved.names.isEmpty {
      let rest = approved.others == 0 ? "Nothing" : "No connection of the project"
      console.result(removal(of: 0))
      console.result("\(rest) is left in \(source.store.description)\n")
      return .fine
    }
    guard isApproved("Remove \(count) from \(source.store.description)?") else { return .failed }
    return try await underLocks { copier in
      let result = await copier.removeOriginals(try await verified())
      console.report(result.faults.sorted(by: Diagnostic.inReadingOrder))
      if !result.faults.isEmpty { return result.hasBegun ? .partly : .failed }
      // Two stores of one name have one copy of their records in git, which is the new store's by now.
      try await isOneLedger ? publish(of: target, sides.target) : publish(of: source, sides.source)
      console.result(removal(of: result.done.count))
      console.result(
        "Removed \(counted(result.done.count, "connection")) from \(source.store.description)\n")
      return .applied
    }
  }

  private func compared() async throws -> StoreCopyComparison {
    let declared = sides.source.workspace.state.connections
    return try await StoreCopyComparison(
      source.store, target.store,
      ignoring: Dictionary(declared.map { ($0.name, $0.ignoredFields) }) { first, _ in first })
  }

  private var isOneLedger: Bool {
    guard let owner = source.store.owner else { return false }
    return sides.source.settings.backend.ledgerName(of: owner).text
      == sides.target.settings.backend.ledgerName(of: owner).text
  }

  private func removal(of count: Int) -> JSONReport {
    ActionReport([
      "store": .text(source.store.description.description), "removed": .number(count),
    ]).json
  }

  /// - Throws: what is not in the target.
  private func verified() async throws -> StoreCopyComparison {
    let comparison = try await compared()
    let faults =
      comparison.changes
      + (try await StoreCopyVerifier(source.store, target.store).faults(
        comparison, inUseAt: source.runtime.now()))
    if !faults.isEmpty { throw Failure(faults) }
    return comparison
  }

  private func underLocks<R: Sendable>(
    _ work: @escaping @Sendable (StoreCopier) async throws -> R
  ) async throws -> R {
    let termination = TerminationSignal(source.runtime)
    return try await source.underLock(waitingAtMost: lockTimeout, termination, console) { outer in
      try await target.underLock(waitingAtMost: lockTimeout, termination, console) { lock in
        try await outer.whileKeptAlive {
          try await lock.whileKeptAlive {
            try await work(
              StoreCopier(
                from: source.store, to: target.store, under: lock, runtime: source.runtime,
                provenance: source.provenance))
          }
        }
      }
    }
  }

  /// A place that was mistyped is no empty store: taking its lock would make it one.
  private func requireSource() async throws {
    try await source.mappingStoreErrors { [store = source.store] () async throws(StoreError) in
      if let file = store.backup {
        _ = try await file.check()
      } else if try await store.key?.sealed() == nil {
        let found = try await store.reader.read()
        if found.isEmpty, found.others == 0 { throw .unavailable("there is no store yet") }
      }
    }
  }

  private func recover() async throws {
    for session in [source, target] {
      let runs = try await session.mappingStoreErrors { () async throws(StoreError) in
        try await session.store.journal.recoverInterruptedRuns()
      }
      console.report(runs.map { .interrupted($0) })
    }
    try await TokenRenewer(source, termination: nil).saveWaitingResponses(console)
  }

  /// A ledger that is a copy of a store's records is written when a run begins.
  private func publish(of session: Session, _ side: StoreCopySides.Side) async throws {
    guard side.settings.ledger != nil else { return }
    let whole = try SessionFactory(console: console, reportsUntrusted: false)
      .session(for: side.workspace, with: side.settings)
    _ = try await whole.mappingStoreErrors { () async throws(StoreError) in
      try await whole.store.journal.recoverInterruptedRuns()
    }
  }

  private func report(_ others: Int) {
    if others == 0 { return }
    console.note(
      "Left as they are: \(counted(others, "entry", "entries")) without a record, or of others.")
  }

  private func summarize(_ result: StoreCopyResult, _ comparison: StoreCopyComparison) {
    let all = [
      counted(comparison.names.count, "connection"),
      counted(comparison.tokenCount, "token pair"),
    ].joined(separator: ", ")
    let older = result.versions == 0 ? "" : ", and \(counted(result.versions, "older version"))"
    console.result(
      ActionReport([
        "store": .text(source.store.description.description),
        "to": .text(target.store.description.description), "copied": .number(result.done.count),
        "versions": .number(result.versions), "connections": .number(comparison.names.count),
        "token_pairs": .number(comparison.tokenCount),
      ]).json)
    console.result(
      """
      Copied \(counted(result.done.count, "connection"))\(older) from \
      \(source.store.description) to \(target.store.description)
      Verified: \(all), all equal

      """)
    console.note(sides.nextStep)
  }
}
