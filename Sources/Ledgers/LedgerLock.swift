import Model
import Stores

/// The lock of a ledger: the process that moves the ledger first has it, and moves it alone until it is
/// released.
///
/// While it is held, each state of the run replaces the last one, so that the run's end is one entry of
/// the log on top of the one before it.
actor LedgerLock<Records: Ledger>: ApplyLock {
  /// The ledger while we hold its lock.
  private struct Held {
    var version: Records.Version
    /// What the run's entry in the log will be on top of.
    let base: Records.Version
    /// Seconds since 1970.
    var pushedAt: Int64
    var hasChanged: Bool

    var run: LedgerRun? { version.contents.state.run }
  }

  private let ledger: Records
  private let provenance: @Sendable () -> Provenance
  private var held: Held?

  init(_ ledger: Records, provenance: @escaping @Sendable () -> Provenance) {
    self.ledger = ledger
    self.provenance = provenance
  }

  /// Our own state while we hold the lock, else the current one.
  func contents() throws(StoreError) -> LedgerContents {
    if let held { return held.version.contents }
    return try ledger.read().contents
  }

  /// `nil` if we do not hold the lock.
  var heldContents: LedgerContents? { held?.version.contents }

  // MARK: Taking and releasing

  func tryLock(_ holder: LockHolder) throws(StoreError) -> LockOutcome {
    let version = try ledger.read()
    var contents = version.contents
    let former = contents.state.run
    let outcome = LockOutcome(of: holder, over: former?.holder)
    switch outcome {
    case .held: return outcome
    case .acquired, .takenOver: break
    }
    if let former, !former.intents.isEmpty { contents.state.interrupted.append(former) }
    contents.state.token = holder.token
    contents.state.step = 1
    contents.state.run = LedgerRun(holder: holder)
    do throws(StoreError) {
      // A killed run keeps its own entry; ours is placed on top of it.
      let taken = try ledger.move(
        from: version, on: version, to: contents, message: LogMessage.underWay, by: provenance(),
        isShared: true)
      held = Held(
        version: taken, base: version, pushedAt: holder.lastSeen.milliseconds / 1000,
        hasChanged: former != nil)
      return outcome
    } catch {
      guard case .ledgerMoved = error else { throw error }
      // Another process was first; read again to find out which.
      guard let winner = try ledger.read().contents.state.run?.holder else { throw error }
      return .held(by: winner)
    }
  }

  func heartbeat(_ holder: LockHolder, at now: Timestamp) throws(StoreError) {
    guard held?.run?.holder.token == holder.token else { throw .lockLost(by: nil) }
    do throws(StoreError) {
      try save(isShared: true) { contents in
        contents.state.run?.holder = holder.seen(at: now)
      }
    } catch {
      guard case .ledgerMoved = error else { throw error }
      throw .lockLost(by: try? ledger.read().contents.state.run?.holder)
    }
  }

  /// Does nothing if the run has ended. A run that changed nothing leaves no entry.
  func unlock(_ holder: LockHolder) throws(StoreError) {
    guard let held, held.run?.holder.token == holder.token else { return }
    if held.hasChanged { return try endRun() }
    self.held = nil
    try ledger.revert(held.version, to: held.base)
  }

  /// The run's entry in the log is complete, and the lock is released by the same move.
  ///
  /// - Parameters:
  ///   - message: of the log; `nil` for that of an apply.
  ///   - change: the run's last one.
  func endRun(
    _ message: String? = nil, _ change: @Sendable (inout LedgerContents) -> Void = { _ in }
  ) throws(StoreError) {
    guard let held else { throw .lockLost(by: nil) }
    self.held = nil
    var contents = held.version.contents
    change(&contents)
    let run = contents.state.run
    // Changes with an unknown outcome are left to the next run.
    if let run, !run.intents.isEmpty { contents.state.interrupted.append(run) }
    contents.state.run = nil
    contents.state.step += 1
    _ = try ledger.move(
      from: held.version, on: held.base, to: contents, message: message ?? LogMessage.end(of: run),
      by: run?.provenance ?? provenance(), isShared: true)
  }

  // MARK: The states of a run

  /// From now on the run has an entry in the log.
  func markChanged() { held?.hasChanged = true }

  /// Another state of our run, which replaces the last one.
  func save(
    isShared: Bool, _ change: @Sendable (inout LedgerContents) -> Void
  ) throws(StoreError) {
    guard let held else { throw .lockLost(by: nil) }
    var contents = held.version.contents
    change(&contents)
    contents.state.step += 1
    self.held?.version = try ledger.move(
      from: held.version, on: held.base, to: contents, message: LogMessage.underWay,
      by: contents.state.run?.provenance ?? provenance(), isShared: isShared)
  }

  /// The state after a change; it is shared as often as `PushPolicy` says.
  func saveOutcome(
    of name: ConnectionName, _ change: @Sendable (inout LedgerContents) -> Void
  ) throws(StoreError) {
    let now = provenance().at.milliseconds / 1000
    let isDue = PushPolicy.isDue(at: now, lastPush: held?.pushedAt ?? now)
    let outcome: @Sendable (inout LedgerContents) -> Void = { contents in
      change(&contents)
      contents.state.run?.intents.removeAll { $0.connection == name }
      contents.state.run?.done += 1
    }
    do throws(StoreError) {
      try save(isShared: isDue, outcome)
    } catch {
      guard error.isOfRemote else { throw error }
      // The remote has the intent; the outcome is kept here, and shared with the next one.
      try save(isShared: false, outcome)
    }
    if isDue { held?.pushedAt = now }
  }

  /// Keeps the first key.
  ///
  /// - Returns: false if another change of this run was first.
  func addKey(_ sealed: String) throws(StoreError) -> Bool {
    if held?.version.contents.key != nil { return false }
    try save(isShared: false) { $0.key = sealed }
    return true
  }

  /// Replaces the key, at the remote as well.
  func replaceKey(_ old: String, with new: String) throws(StoreError) {
    guard held?.version.contents.key == old else { throw .ledgerMoved }
    markChanged()
    try save(isShared: true) { $0.key = new }
  }
}

extension StoreError {
  /// Whether the ledger itself could be written.
  fileprivate var isOfRemote: Bool {
    switch self {
    case .ledgerRejected, .ledgerUnreachable: true
    case .unavailable, .modeTooLoose, .isSymlink, .versionConflict, .nameTaken, .ownedByOther,
      .notFound, .lockLost, .tooNew, .corrupt, .keyUnavailable, .writeFailed, .misconfigured,
      .unauthorized, .permissionDenied, .refused, .outcomeUnknown, .unfinished, .ledgerFailed,
      .ledgerMoved, .tokensMoved:
      false
    }
  }
}
