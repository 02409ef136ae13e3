import Diagnostics
package import Model
import Pacing
package import Renewing
import Stores
import Tokens

extension TokenRenewer {
  /// What a look at the store found.
  struct Look {
    let snapshot: Snapshot
    let subjects: [ConnectionName: RenewalSubject]
    /// Of connections with tokens that are not among the subjects.
    let obstacles: [ConnectionName: RenewalObstacle]
    var records: [ConnectionName: TokenRecord]
    let due: [RenewalSubject]
    /// Of those that are due, and cannot be tried now.
    let results: [CompletedRenewal]
    /// Those whose tokens have expired and are not due yet. A service says so when it renews them.
    let heldBack: [CompletedRenewal]
    /// Connections with a response that the store does not take. It is tried again in each pass, and is no
    /// reason for one.
    let waiting: Set<ConnectionName>
  }

  /// - Parameter exceptions: are in progress.
  func look(
    _ selection: RenewalSelection, except exceptions: Set<ConnectionName> = [], console: Console
  ) async throws -> Look {
    let names = selection.names
    let snapshot = try await session.read()
    let subjects = subjects(snapshot)
    if let names { try requireTokens(names, subjects, snapshot) }
    let replayed = try await replayed(subjects, except: exceptions)
    let unsaved = replayed.compactMap(\.unsaved)
    let waiting = Set(unsaved.map(\.name))
    let exceptions = exceptions.union(waiting)
    var conditions = replayed.compactMap(\.diagnostic)
    if let warning = session.clockWarning { conditions.append(warning) }
    if let fault = renewer.removalFault { conditions.append(.journalNotCleared(fault)) }
    let records = try await storedRecords(in: snapshot)
    let obstacles = session.renewalObstacles(
      snapshot, records.mapValues(\.record), besides: subjects)
    let now = session.runtime.now()
    var due: [RenewalSubject] = []
    var results = unsaved
    for (name, obstacle) in obstacles
    where names?.contains(name) ?? true && !exceptions.contains(name) {
      results.append(CompletedRenewal(name: name, outcome: .stopped(obstacle)))
    }
    var heldBack: [CompletedRenewal] = []
    for subject in subjects.values.sorted(by: { $0.name < $1.name })
    where names?.contains(subject.name) ?? true {
      let record = records[subject.name]?.record
      // The grant is renewed until a person has consented to the other scopes.
      if let need = record?.need(of: subject, at: now), need.leavesGrant {
        conditions.append(.authorizationNeeded(subject.name, need, in: session))
      }
      if exceptions.contains(subject.name) { continue }
      switch subject.decision(record, rule: rule, now: now, isForced: selection.isForced) {
      case .mint, .refresh:
        if !selection.isForced, let pause = pauses.pause(of: subject.name) {
          results.append(CompletedRenewal(name: subject.name, outcome: pause.outcome))
        } else {
          due.append(subject)
        }
      case .ask(let need) where record != nil || names != nil:
        results.append(CompletedRenewal(name: subject.name, outcome: .needsAuthorization(need)))
      case .stopped(let obstacle):
        results.append(CompletedRenewal(name: subject.name, outcome: .stopped(obstacle)))
      case .wait where names != nil: due.append(subject)
      // Another process is renewing it; a run that ends waits for the result.
      case .wait where record?.claim?.isActive(at: now) ?? false:
        if !isShared { due.append(subject) }
      case .wait(let until):
        results.append(
          CompletedRenewal(name: subject.name, outcome: Self.held(record, until: until)))
      case .use(let until?):
        if let outcome = Self.heldBack(record, until: until, at: now) {
          heldBack.append(CompletedRenewal(name: subject.name, outcome: outcome))
        }
      case .use(nil), .ask: break
      }
    }
    var new = self.conditions.new(among: conditions)
    // As long as nothing is due, the last answer holds.
    if !due.isEmpty {
      let fault = await renewer.journalFault()
      new += journalConditions.new(among: fault.map { [.journalUnavailable($0)] } ?? [])
    }
    console.report(new)
    return Look(
      snapshot: snapshot, subjects: subjects, obstacles: obstacles,
      records: records.mapValues(\.record), due: due, results: results, heldBack: heldBack,
      waiting: waiting)
  }

  /// The outcome for a token that is due, and must wait: that it is tried again later does not make it fine.
  package static func held(_ record: TokenRecord?, until: Timestamp) -> RenewalOutcome {
    guard record?.retryAt == until else { return .failed(doubt, retryAt: until) }
    return .failed(record?.lastFailure ?? "it failed", retryAt: until)
  }

  /// The outcome for a token that is not due and has expired, because the service gives such short lifetimes;
  /// `nil` for one that is valid.
  package static func heldBack(
    _ record: TokenRecord?, until: Timestamp, at now: Timestamp
  ) -> RenewalOutcome? {
    guard let tokens = record?.tokens, let end = tokens.expiry.time,
      tokens.localTime(of: end, at: now) <= now
    else { return nil }
    return .failed(
      "it expired at \(end), and tokens with so short a lifetime are requested once a minute at most",
      retryAt: until)
  }

  private static let doubt =
    "an attempt was interrupted, and may have used the refresh token; it is presented again at the last moment"
}
