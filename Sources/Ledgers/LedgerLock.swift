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
  /// `nil` for a ledger by its name before records had owners, which has no proofs.
  private let authentication: LedgerAuthentication?
  private let provenance: @Sendable () -> Provenance
  private var held: Held?
  /// Of the state that was checked last; `nil` before the first one.
  private var checkedTakeOver: LockTakeOver??
  /// Moves are made one after the other, although a proof may have to wait for gpg.
  private var isMoving = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(
    _ ledger: Records, authentication: LedgerAuthentication?,
    provenance: @escaping @Sendable () -> Provenance
  ) {
    self.ledger = ledger
    self.authentication = authentication
    self.provenance = provenance
  }

  /// Our own state while we hold the lock, else the current one.
  func contents() throws(StoreError) -> LedgerContents {
    if let held { return held.version.contents }
    return try ledger.read().contents
  }

  /// The contents, and why it cannot be shown here that they are authentic; `nil` if they are.
  ///
  /// - Throws: `ledgerUntrusted` if they are not.
  func checkedContents() async throws(StoreError) -> (contents: LedgerContents, doubt: String?) {
    if let held { return (held.version.contents, nil) }
    let version = try ledger.read()
    let doubt = try await authentication?.verdict(on: version).doubt
    checkedTakeOver = version.contents.state.takeOver
    return (version.contents, doubt)
  }

  /// As of the last look at the ledger, which may be at a remote.
  func lastTakeOver() async throws(StoreError) -> LockTakeOver? {
    if let checkedTakeOver { return checkedTakeOver }
    return try await checkedContents().contents.state.takeOver
  }

  /// `nil` if we do not hold the lock.
  var heldContents: LedgerContents? { held?.version.contents }

  // MARK: Taking and releasing

  /// Nothing is built on a state that is not authentic. The first process makes the ledger's key.
  func tryLock(
    _ holder: LockHolder, over silent: LockHolder?
  ) async throws(StoreError) -> LockOutcome {
    let version = try ledger.read()
    try await authentication?.require(version)
    var contents = version.contents
    let former = contents.state.run
    let outcome = LockOutcome(of: holder, over: former?.holder, silent: silent)
    switch outcome {
    case .held: return outcome
    case .acquired: contents.state.takeOver = nil
    case .takenOver(let former):
      contents.state.takeOver = LockTakeOver(
        token: holder.token, who: holder.who, from: former.who, at: holder.lastSeen)
    }
    if let former, !former.intents.isEmpty { contents.state.interrupted.append(former) }
    contents.state.token = holder.token
    contents.state.step = 1
    contents.state.run = LedgerRun(holder: holder)
    if former != nil { contents.state.sequence += 1 }
    if let authentication, contents.key == nil { contents.key = try await authentication.newKey() }
    do throws(StoreError) {
      // A killed run keeps its own entry; ours is placed on top of it.
      let taken = try await move(
        from: version, on: version, to: contents, LogMessage.underWay, by: provenance(),
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

  func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError) {
    guard held?.run?.holder.token == holder.token else { throw .lockLost(by: nil) }
    do throws(StoreError) {
      try await save(isShared: true) { contents in
        contents.state.run?.holder = holder.seen(at: now)
      }
    } catch {
      guard case .ledgerMoved = error else { throw error }
      throw .lockLost(by: try? ledger.read().contents.state.run?.holder)
    }
  }

  /// Does nothing if the run has ended. A run that changed nothing leaves no entry.
  func unlock(_ holder: LockHolder) async throws(StoreError) {
    guard held?.run?.holder.token == holder.token else { return }
    try await inTurn { () async throws(StoreError) in
      guard let held else { return }
      self.held = nil
      if held.hasChanged { return try await end(held, nil) { _ in } }
      try ledger.revert(held.version, to: held.base)
    }
  }

  /// The run's entry in the log is complete, and the lock is released by the same move.
  ///
  /// - Parameters:
  ///   - message: of the log; `nil` for that of an apply.
  ///   - change: the run's last one.
  func endRun(
    _ message: String? = nil, _ change: @Sendable (inout LedgerContents) -> Void = { _ in }
  ) async throws(StoreError) {
    try await inTurn { () async throws(StoreError) in
      guard let held else { throw .lockLost(by: nil) }
      self.held = nil
      try await end(held, message, change)
    }
  }

  private func end(
    _ held: Held, _ message: String?, _ change: @Sendable (inout LedgerContents) -> Void
  ) async throws(StoreError) {
    var contents = held.version.contents
    change(&contents)
    let run = contents.state.run
    // Changes with an unknown outcome are left to the next run.
    if let run, !run.intents.isEmpty { contents.state.interrupted.append(run) }
    contents.state.run = nil
    contents.state.step += 1
    contents.state.sequence += 1
    _ = try await move(
      from: held.version, on: held.base, to: contents, message ?? LogMessage.end(of: run),
      by: run?.provenance ?? provenance(), isShared: true)
  }

  // MARK: The states of a run

  /// From now on the run has an entry in the log.
  func markChanged() { held?.hasChanged = true }

  /// Another state of our run, which replaces the last one.
  func save(
    isShared: Bool, _ change: @Sendable (inout LedgerContents) -> Void
  ) async throws(StoreError) {
    try await inTurn { () async throws(StoreError) in
      guard let held else { throw .lockLost(by: nil) }
      var contents = held.version.contents
      change(&contents)
      contents.state.step += 1
      if held.hasChanged { contents.state.sequence += 1 }
      self.held?.version = try await move(
        from: held.version, on: held.base, to: contents, LogMessage.underWay,
        by: contents.state.run?.provenance ?? provenance(), isShared: isShared)
    }
  }

  /// Proves a state, and moves the ledger to it.
  private func move(
    from old: Records.Version, on base: Records.Version, to contents: LedgerContents,
    _ message: String, by provenance: Provenance, isShared: Bool
  ) async throws(StoreError) -> Records.Version {
    try await ledger.move(
      from: old, on: base, to: contents, message: message, by: provenance, isShared: isShared,
      provenWith: authentication)
  }

  private func inTurn<R>(
    _ work: () async throws(StoreError) -> R
  ) async throws(StoreError) -> R {
    while isMoving { await withCheckedContinuation { waiting.append($0) } }
    isMoving = true
    defer {
      isMoving = false
      if !waiting.isEmpty { waiting.removeFirst().resume() }
    }
    return try await work()
  }

  /// The state after a change; it is shared as often as `PushPolicy` says.
  func saveOutcome(
    of name: ConnectionName, _ change: @Sendable (inout LedgerContents) -> Void
  ) async throws(StoreError) {
    let now = provenance().at.milliseconds / 1000
    let isDue = PushPolicy.isDue(at: now, lastPush: held?.pushedAt ?? now)
    if isDue { held?.pushedAt = now }
    let outcome: @Sendable (inout LedgerContents) -> Void = { contents in
      change(&contents)
      contents.state.run?.intents.removeAll { $0.connection == name }
      contents.state.run?.done += 1
    }
    do throws(StoreError) {
      try await save(isShared: isDue, outcome)
    } catch {
      guard error.isOfRemote else { throw error }
      // The remote has the intent; the outcome is kept here, and shared with the next one.
      try await save(isShared: false, outcome)
    }
  }

  /// Keeps the first key.
  ///
  /// - Returns: false if another change of this run was first.
  func addKey(_ sealed: String) async throws(StoreError) -> Bool {
    if held?.version.contents.key != nil { return false }
    try await save(isShared: false) { $0.key = sealed }
    return true
  }

  /// Replaces the key, at the remote as well.
  func replaceKey(_ old: String, with new: String) async throws(StoreError) {
    guard held?.version.contents.key == old else { throw .ledgerMoved }
    markChanged()
    try await save(isShared: true) { $0.key = new }
  }
}

extension StoreError {
  /// Whether the ledger itself could be written.
  fileprivate var isOfRemote: Bool {
    switch self {
    case .ledgerRejected, .ledgerUnreachable: true
    case .unavailable, .busy, .modeTooLoose, .isSymlink, .versionConflict, .nameTaken,
      .ownedByOther, .notFound, .lockLost, .tooNew, .corrupt, .notAStore, .keyUnavailable,
      .keyNotSealed,
      .writeFailed, .misconfigured,
      .unauthorized, .permissionDenied, .refused, .outcomeUnknown, .unfinished, .ledgerFailed,
      .ledgerMoved, .ledgerUntrusted, .tokensMoved:
      false
    }
  }
}
