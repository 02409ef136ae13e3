import Diagnostics
package import Model
package import Pacing
import Secrets
package import Stores

/// Copies what one owner has from one store to another, connection by connection.
///
/// The copy has the ids, owners, provenances and ciphertexts' digests of the original, so that a plan
/// finds the same; values and tokens are sealed under the target's own key. Each step may be the last
/// one: the next copy compares, and continues.
package struct StoreCopier: Sendable {
  private let source: Store
  private let target: Store
  /// The target's.
  private let lock: StoreLock
  private let runtime: Runtime
  private let provenance: @Sendable () -> Provenance
  private let tokens: TokenCopier

  /// - Parameter lock: the target's.
  package init(
    from source: Store, to target: Store, under lock: StoreLock, runtime: Runtime,
    provenance: @escaping @Sendable () -> Provenance
  ) {
    self.source = source
    self.target = target
    self.lock = lock
    self.runtime = runtime
    self.provenance = provenance
    tokens = TokenCopier(source: source, target: target, runtime: runtime, provenance: provenance)
  }

  // MARK: Copying

  /// 1. The target's key is sealed for its recipients, and the run journaled.
  /// 2. Of each connection, a few in parallel: the versions that are kept, oldest first, each with its
  ///    provenance; then its tokens; then what was granted.
  /// 3. The run's end is journaled.
  ///
  /// - Parameters:
  ///   - comparison: as the stores are now; without obstacles.
  ///   - progress: called after each connection.
  /// - Precondition: both stores' locks are held.
  package func copy(
    _ comparison: StoreCopyComparison, progress: @escaping @Sendable (ConnectionName) -> Void
  ) async -> StoreCopyResult {
    let names = comparison.names.filter(comparison.isPending)
    var result = StoreCopyResult()
    if names.isEmpty { return result }
    let run: ApplyRun
    do throws(Diagnostic) {
      if try await source.mappingErrors({ () async throws(StoreError) in
        try await source.key?.sealed() != nil
      }) {
        try await target.mappingErrors { () async throws(StoreError) in
          try await target.key?.prepare()
        }
      }
      let intents = names.map { StoreIntent($0, comparison.action(of: $0)) }
      run = try await target.mappingErrors { () async throws(StoreError) in
        try await target.journal.beginRun(intents, by: provenance())
      }
    } catch {
      result.faults = [error]
      return result
    }
    result.hasBegun = true
    await inParallel(names, of: target, run, &result) { name in
      do throws(StoreCopyFailure) {
        let versions = try await copy(name, comparison, run)
        progress(name)
        return Step(name: name, outcome: .success(versions))
      } catch {
        return Step(name: name, outcome: .failure(error))
      }
    }
    await end(run, of: target, &result)
    return result
  }

  /// - Returns: how many older versions were copied.
  private func copy(
    _ name: ConnectionName, _ comparison: StoreCopyComparison, _ run: ApplyRun
  ) async throws(StoreCopyFailure) -> Int {
    switch comparison.state(of: name) {
    case .newer, .diverged: return 0
    case .absent, .outdated, .incomplete, .copied: break
    }
    var versions = 0
    if comparison.isWritten(name) { versions = try await copyVersions(of: name, comparison, run) }
    var granted: Set<Scope>?
    if comparison.hasTokens(name) { granted = try await tokens.copy(name) }
    if let scopes = comparison.source.actual[name]?.grantedScopes, scopes != granted {
      try await target.copying(name) { () async throws(StoreError) in
        try await target.grants(knowing: comparison.target)
          .recordGrant(scopes, for: name, by: provenance())
      }
    }
    return versions
  }

  private func copyVersions(
    of name: ConnectionName, _ comparison: StoreCopyComparison, _ run: ApplyRun
  ) async throws(StoreCopyFailure) -> Int {
    guard let record = comparison.source.applied[name],
      let current = comparison.source.actual[name]?.version
    else { return 0 }
    var action = comparison.action(of: name)
    if case .replace = action { try await tokens.requireReplaceable(name) }
    var count = 0
    let versions = try await source.copying(name) { () async throws(StoreError) in
      try await source.history?.versions(of: name) ?? []
    }
    for version in versions.reversed() where version.version != current {
      // One with what only another tool could have written cannot be restored either.
      guard version.state == .kept, let content = try await content(name, version.version),
        content.unreadable.isEmpty
      else { continue }
      let written = try await target.copying(name) { () async throws(StoreError) in
        try await run.writer.carryOut(
          StoreWrite(name, action, content, version, of: record, by: target.owner))
      }
      if let written { action = .update(written.storeID, from: written.version) }
      count += 1
    }
    guard let content = try await content(name, current) else {
      throw StoreCopyFailure(
        Diagnostic(
          .corrupt("its current version has no content"), in: source.description, about: name))
    }
    let fields = try await source.copying(name) { () async throws(StoreError) in
      try content.current(record, ignoring: comparison.ignoredFields(of: name))
    }
    let write = StoreWrite(name, action, fields, of: record, by: target.owner)
    try await target.copying(name) { () async throws(StoreError) in
      guard let written = try await run.writer.carryOut(write),
        let again = write.withoutUnrecorded(of: record, written)
      else { return }
      _ = try await run.writer.carryOut(again)
    }
    return count
  }

  private func content(
    _ name: ConnectionName, _ version: StoreVersion
  ) async throws(StoreCopyFailure) -> VersionContent? {
    try await source.copying(name) { () async throws(StoreError) in
      try await source.history?.content(of: name, at: version)
    }
  }

  // MARK: Finishing

  /// Removes the original of each connection whose copy was verified, its tokens with it. An original whose
  /// tokens were renewed since, or are being renewed, stays: no lock keeps the hosts that renew from it.
  ///
  /// - Parameter comparison: as the stores were before the copies were verified.
  /// - Precondition: both stores' locks are held.
  package func removeOriginals(_ comparison: StoreCopyComparison) async -> StoreCopyResult {
    let names = comparison.names
    var result = StoreCopyResult()
    let actions = names.compactMap { name in
      comparison.source.actual[name].map {
        (name, StoreWrite.Action.delete($0.id, from: $0.version))
      }
    }
    let run: ApplyRun
    do throws(Diagnostic) {
      run = try await source.mappingErrors { () async throws(StoreError) in
        try await source.journal.beginRun(
          actions.map { StoreIntent($0, $1) }, by: provenance())
      }
    } catch {
      result.faults = [error]
      return result
    }
    result.hasBegun = true
    let byName = Dictionary(actions) { first, _ in first }
    await inParallel(names, of: source, run, &result) { name in
      guard let action = byName[name], let app = comparison.source.actual[name]?.app else {
        return Step(name: name, outcome: .success(0))
      }
      do throws(StoreError) {
        _ = try await run.writer.carryOut(
          StoreWrite(
            name: name, action: action, app: app, setupType: nil, fields: [:],
            provenance: provenance(), owner: source.owner,
            tokenVersion: source.tokens == nil ? nil : comparison.tokenVersion(of: name)))
        return Step(name: name, outcome: .success(0))
      } catch {
        let failure =
          if case .tokensMoved = error {
            StoreCopyFailure(.renewedMeanwhile(name, source.description))
          } else {
            StoreCopyFailure(error, in: source.description, about: name)
          }
        return Step(name: name, outcome: .failure(failure))
      }
    }
    await end(run, of: source, &result)
    return result
  }

  // MARK: Steps

  /// A connection that was copied or removed, with how many older versions; or why it was not.
  ///
  /// Tasks return it and throw nothing: an optimized build of Swift 6.3 crashes where a closure with a typed
  /// throw makes a task's result.
  private struct Step: Sendable {
    let name: ConnectionName
    let outcome: Result<Int, StoreCopyFailure>
  }

  /// A bounded number at once. After one failure the others continue, unless no other can succeed.
  private func inParallel(
    _ names: [ConnectionName], of store: Store, _ run: ApplyRun, _ result: inout StoreCopyResult,
    _ work: @escaping @Sendable (ConnectionName) async -> Step
  ) async {
    var waiting = names[...]
    var isStopped = false
    await withTaskGroup(of: Step.self) { group in
      func startNext() {
        guard !isStopped, !Task.isCancelled, !lock.isEnding(), let name = waiting.popFirst() else {
          return
        }
        group.addTask { await work(name) }
      }
      for _ in 0..<store.traits.parallelism { startNext() }
      while let step = await group.next() {
        let name = step.name
        switch step.outcome {
        case .success(let versions):
          result.done.append(name)
          result.versions += versions
        case .failure(let failure):
          result.faults.append(failure.diagnostic)
          if !failure.leavesDoubt { try? await run.abandon?(name) }
          if failure.stopsTheRun { isStopped = true }
        }
        startNext()
      }
    }
    for name in waiting { try? await run.abandon?(name) }
    if !waiting.isEmpty, !isStopped {
      result.faults.append(.interrupted(left: waiting.count))
    }
  }

  private func end(
    _ run: ApplyRun, of store: Store, _ result: inout StoreCopyResult
  ) async {
    do throws(StoreError) {
      try await run.end?(runtime.now())
    } catch {
      result.faults.append(Diagnostic(error, in: store.description))
    }
  }
}

extension StoreCopyComparison {
  /// What a copy of the connection begins with.
  fileprivate func action(of name: ConnectionName) -> StoreWrite.Action {
    guard let there = target.actual[name] else { return .create }
    return isWritten(name)
      ? .replace(there.id, from: there.version) : .record(there.id, at: there.version)
  }
}

extension Diagnostic {
  static func beingRenewed(
    _ name: ConnectionName, by holder: String, _ store: StoreDescription
  ) -> Diagnostic {
    Diagnostic(
      .copyBlocked, "the tokens of `\(name)` are being renewed",
      at: .connection(name.rawValue, store: store.description), notes: ["by \(holder)"],
      help: ["stop what renews them (`refresh --watch`), and run this again in a minute"])
  }

  fileprivate static func renewedMeanwhile(
    _ name: ConnectionName, _ store: StoreDescription
  ) -> Diagnostic {
    Diagnostic(
      .copyBlocked, "the tokens of `\(name)` changed while the originals were removed",
      at: .connection(name.rawValue, store: store.description),
      notes: ["its original was kept: the copy may have tokens that no longer work"],
      help: [
        "stop what renews them (`refresh --watch`), and run this again: it says what is left to do"
      ])
  }

  fileprivate static func interrupted(left: Int) -> Diagnostic {
    Diagnostic(
      .interrupted, "interrupted; what was in progress was finished",
      notes: ["not started: \(left)"], help: ["run the same command again: it continues"])
  }
}
