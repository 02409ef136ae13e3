import Applying
import Diagnostics
import Foundation
import HTTP
import Manifests
package import Model
import Pacing
package import Renewing
import Reports
import Secrets
import Stores
import Tokens

/// Renews the tokens of a session's store.
package struct TokenRenewer: Sendable {
  let session: Session
  let renewer: Renewer
  let tokens: any TokenStore
  private let rule: RenewalRule
  private let runtime: Runtime
  private let signals: SignalForwarder?
  private let pauses: AttemptPauses
  /// Whether other processes renew the same tokens all the time.
  private let isShared: Bool
  private let conditions = ReportedConditions()

  /// - Parameter isShared: other processes renew the same tokens all the time.
  /// - Throws: if the store keeps no tokens.
  init(_ session: Session, termination: TerminationSignal?, isShared: Bool = false) throws {
    let rule = session.workspace.project.renewal
    try self.init(
      session, rule: isShared ? rule.shared(by: Self.holder(session.author)) : rule,
      runtime: termination?.endingSleeps(of: session.runtime) ?? session.runtime,
      signals: nil, isShared: isShared, isEnding: { termination?.isReceived ?? false })
  }

  /// For an apply, whose lock is released at a signal.
  ///
  /// - Throws: if the store keeps no tokens.
  init(_ session: Session, under lock: StoreLock) throws {
    try self.init(
      session, rule: session.workspace.project.renewal, runtime: session.runtime, signals: nil,
      isEnding: lock.isEnding)
  }

  /// For a caller that needs a valid token now.
  ///
  /// - Parameters:
  ///   - signals: wait for the end of the exchanges in progress.
  ///   - minimum: seconds that each token must still be valid for.
  /// - Throws: if the store keeps no tokens.
  init(_ session: Session, deferring signals: SignalForwarder, minimum: Int64) throws {
    try self.init(
      session, rule: session.workspace.project.renewal.onDemand(minimum: minimum),
      runtime: session.runtime,
      signals: signals, isEnding: { signals.isEnding })
  }

  private init(
    _ session: Session, rule: RenewalRule, runtime: Runtime, signals: SignalForwarder?,
    isShared: Bool = false, isEnding: @escaping @Sendable () -> Bool
  ) throws {
    guard let tokens = session.store.tokens else {
      throw Failure(.storeKeepsNoTokens(session.store.description))
    }
    self.session = session
    self.tokens = tokens
    self.rule = rule
    self.runtime = runtime
    self.signals = signals
    self.isShared = isShared
    pauses = AttemptPauses(session.runtime)
    renewer = Renewer(
      tokens: tokens, http: session.tokenHTTP,
      journal: session.responseJournal,
      runtime: runtime, isEnding: isEnding, rule: rule,
      holder: Self.holder(session.author), waitsForOthers: !isShared,
      provenance: session.provenance,
      reportDelay: { name, error, journaling in
        session.console.report([.saveDelayed(name, error, journaling, in: session)])
      })
  }

  private static func holder(_ author: Author) -> String {
    let process = ProcessInfo.processInfo.processIdentifier
    return "\(author.name) on \(HostIdentity.host), process \(process)"
  }

  /// Brings the copies that consumers read up to date.
  func repairCopies(_ copies: TokenCopies = .all) async throws {
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokens.repairTokenCopies(copies)
    }
  }

  /// Renews the tokens that are due, of all connections or of the named ones.
  ///
  /// 1. Responses that a killed process left are saved.
  /// 2. The records say what is due, which needs no key.
  /// 3. If something is due, all setups that are needed are opened in one batch.
  /// 4. A bounded number is renewed in parallel; after one failure the others continue.
  ///
  /// - Parameters:
  ///   - names: only these, due or not; `nil` for all that are due.
  /// - Returns: what was tried, and which connections need a person, by name.
  func run(_ names: Set<ConnectionName>?, console: Console) async throws -> [CompletedRenewal] {
    try await run(names, isForced: names != nil, console: console)
  }

  /// Renews one connection at a time, beside the passes of a service.
  ///
  /// - Parameter completion: is called after each.
  func background(completion: @escaping @Sendable () -> Void) -> BackgroundRenewals {
    BackgroundRenewals(
      isEnding: renewer.isEnding,
      renew: { [renewer, pauses] work in
        let outcome = await renewer.renew(work.subject, secrets: work.secrets)
        pauses.note(outcome, of: work.subject.name)
        return outcome
      }, completion: completion)
  }

  /// Begins to renew all that are due, and says what is due next.
  ///
  /// What takes longer than a moment is reported by a later pass.
  func pass(
    _ background: BackgroundRenewals, in group: inout DiscardingTaskGroup, console: Console
  ) async throws -> Pass {
    var look = try await look(
      nil, isForced: false, except: background.inProgress, console: console)
    background.begin(try await opened(look.due), in: &group)
    await background.wait(for: moment(after: look, except: background.inProgress), runtime)
    let completed = background.takeCompleted()
    var needsRecords = false
    for result in completed {
      switch result.outcome {
      case .renewed(let record), .adopted(let record): look.records[result.name] = record
      case .notDue, .needsAuthorization, .stopped, .unsaved: break
      // Their records say when the next attempt is due.
      case .waiting, .failed, .storeFailed: needsRecords = true
      }
    }
    // What is known is reported, even if the store cannot be read.
    let records = needsRecords ? try? await storedRecords(in: look.snapshot) : nil
    if let records { look.records = records.mapValues(\.record) }
    let names = Set(completed.map(\.name))
    let results = (look.results.filter { !names.contains($0.name) } + completed)
      .sorted { $0.name < $1.name }
    return Pass(
      completed: completed, results: results,
      outlook: outlook(look, except: background.inProgress.union(look.waiting)))
  }

  package struct Pass {
    /// The renewals that have ended since the last pass.
    let completed: [CompletedRenewal]
    /// These, and what could not be tried now.
    let results: [CompletedRenewal]
    let outlook: Outlook

    fileprivate init(
      completed: [CompletedRenewal], results: [CompletedRenewal], outlook: Outlook
    ) {
      self.completed = completed
      self.results = results
      self.outlook = outlook
    }

    /// Of no connections.
    package init(completed: [CompletedRenewal], results: [CompletedRenewal]) {
      self.init(
        completed: completed, results: results,
        outlook: Outlook(subjects: [:], records: [:], rule: .standard, nextDue: nil))
    }
  }

  /// How long a pass waits for what it has begun: no longer than until another token is due.
  private func moment(after look: Look, except exceptions: Set<ConnectionName>) -> Duration {
    guard let due = outlook(look, except: exceptions.union(look.waiting)).nextDue else {
      return Self.longestMoment
    }
    return min(
      Self.longestMoment, .milliseconds(max(due - session.runtime.now(), 0).count))
  }

  private static let longestMoment = Duration.milliseconds(500)

  /// Renews the due ones among the named connections.
  func runDue(_ names: Set<ConnectionName>, console: Console) async throws -> [CompletedRenewal] {
    try await run(names, isForced: false, console: console)
  }

  private func run(
    _ names: Set<ConnectionName>?, isForced: Bool, console: Console
  ) async throws -> [CompletedRenewal] {
    let look = try await look(names, isForced: isForced, console: console)
    let count = look.due.count
    let progress = console.progress.map { advance in
      { @Sendable in advance("Renewing tokens", count) }
    }
    let results =
      look.results + look.heldBack
      + (try await renewed(look.due, isForced: isForced, progress))
    return results.sorted { $0.name < $1.name }
  }

  /// What a look at the store found.
  private struct Look {
    let snapshot: Snapshot
    let subjects: [ConnectionName: RenewalSubject]
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

  /// - Parameters:
  ///   - names: `nil` for all.
  ///   - exceptions: are in progress.
  private func look(
    _ names: Set<ConnectionName>?, isForced: Bool, except exceptions: Set<ConnectionName> = [],
    console: Console
  ) async throws -> Look {
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
    let now = session.runtime.now()
    var due: [RenewalSubject] = []
    var results = unsaved
    var heldBack: [CompletedRenewal] = []
    for subject in subjects.values.sorted(by: { $0.name < $1.name })
    where names?.contains(subject.name) ?? true {
      let record = records[subject.name]?.record
      // The grant is renewed until a person has consented to the other scopes.
      if let need = record?.need(of: subject, at: now), need.leavesGrant {
        conditions.append(.authorizationNeeded(subject.name, need, in: session))
      }
      if exceptions.contains(subject.name) { continue }
      switch subject.decision(record, rule: rule, now: now, isForced: isForced) {
      case .mint, .refresh:
        if !isForced, let pause = pauses.pause(of: subject.name) {
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
    if !due.isEmpty, let fault = await renewer.journalFault() {
      conditions.append(.journalUnavailable(fault))
    }
    console.report(self.conditions.new(among: conditions))
    return Look(
      snapshot: snapshot, subjects: subjects, records: records.mapValues(\.record), due: due,
      results: results, heldBack: heldBack, waiting: waiting)
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

  /// What the records say of the time to come.
  struct Outlook {
    fileprivate let subjects: [ConnectionName: RenewalSubject]
    fileprivate let records: [ConnectionName: TokenRecord]
    fileprivate let rule: RenewalRule
    /// When the records must be read again; `nil` if nothing expires.
    let nextDue: Timestamp?

    /// The state of the tokens of each connection that has some.
    func tokens(at now: Timestamp) -> [ConnectionName: RenewalMetrics.Token] {
      subjects.states(by: TokenOverview(records: records, rule: rule, now: now))
    }
  }

  private func outlook(_ look: Look, except exceptions: Set<ConnectionName>) -> Outlook {
    let (subjects, records) = (look.subjects, look.records)
    let now = session.runtime.now()
    return Outlook(
      subjects: subjects, records: records, rule: rule,
      nextDue: subjects.values.filter { !exceptions.contains($0.name) }
        .compactMap { due($0, records, now) }.min())
  }

  private func due(
    _ subject: RenewalSubject, _ records: [ConnectionName: TokenRecord], _ now: Timestamp
  ) -> Timestamp? {
    switch subject.decision(records[subject.name], rule: rule, now: now) {
    case .use(let until): until
    case .wait(let until): until
    case .mint, .refresh: pauses.end(of: subject.name) ?? now
    case .ask, .stopped: nil
    }
  }

  /// What the tokens of some connections came from, and when the next one is due.
  func attempts(
    of names: Set<ConnectionName>
  ) async throws -> (attempts: [ConnectionName: TokenAttempt], nextDue: Timestamp?) {
    let snapshot = try await session.read()
    let subjects = subjects(snapshot).filter { names.contains($0.key) }
    let records = try await storedRecords(in: snapshot).mapValues(\.record)
    let now = session.runtime.now()
    return (
      subjects.keys.reduce(into: [:]) { $0[$1] = records[$1]?.tokens?.attempt },
      subjects.values.compactMap { due($0, records, now) }.min()
    )
  }

  func storedRecords(
    in snapshot: Snapshot
  ) async throws -> [ConnectionName: StoredTokenRecord] {
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokens.tokenRecords(in: snapshot)
    }
  }

  /// What only a person can give to these connections, by name.
  func needs(
    of names: Set<ConnectionName>
  ) async throws -> [(name: ConnectionName, need: AuthorizationNeed)] {
    let snapshot = try await session.read()
    let subjects = subjects(snapshot)
    let records = try await storedRecords(in: snapshot)
    return names.sorted().compactMap { name in
      guard let subject = subjects[name], let record = records[name]?.record else { return nil }
      return record.need(of: subject, at: session.runtime.now()).map { (name, $0) }
    }
  }

  func subjects(_ snapshot: Snapshot) -> [ConnectionName: RenewalSubject] {
    session.renewalSubjects(snapshot)
  }

  /// The opened setup of each.
  func secrets(
    of names: Set<ConnectionName>
  ) async throws -> [ConnectionName: [FieldName: SecretBytes]] {
    let opened = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await session.store.secrets?.secrets(of: names) ?? [:]
    }
    return opened.byConnection
  }

  /// With their setups' secrets, all opened in one batch.
  private func opened(_ subjects: [RenewalSubject]) async throws -> [BackgroundRenewals.Work] {
    if subjects.isEmpty { return [] }
    let secrets = try await secrets(of: Set(subjects.map(\.name)))
    return subjects.map { ($0, secrets[$0.name] ?? [:]) }
  }

  private func renewed(
    _ subjects: [RenewalSubject], isForced: Bool, _ progress: (@Sendable () -> Void)?
  ) async throws -> [CompletedRenewal] {
    if subjects.isEmpty { return [] }
    let work = try await opened(subjects)
    let renewed =
      if let signals {
        await signals.deferring {
          await renewer.renewAll(work, isForced: isForced, progress: progress)
        }
      } else {
        await renewer.renewAll(work, isForced: isForced, progress: progress)
      }
    for (name, outcome) in renewed { pauses.note(outcome, of: name) }
    return renewed.map { CompletedRenewal(name: $0.name, outcome: $0.outcome) }
  }

  func requireTokens(
    _ names: Set<ConnectionName>, _ subjects: [ConnectionName: RenewalSubject],
    _ snapshot: Snapshot
  ) throws {
    let faults = names.filter { subjects[$0] == nil }.sorted().map { name in
      snapshot.actual[name] == nil
        ? Diagnostic(.notFound(name), in: session.store.description) : Diagnostic.noTokens(name)
    }
    if !faults.isEmpty { throw Failure(faults) }
  }
}

extension TokenRecord {
  fileprivate func need(of subject: RenewalSubject, at now: Timestamp) -> AuthorizationNeed? {
    need(
      client: subject.clientIdentity, declared: subject.declared, rules: subject.service.scopes,
      now: now)
  }
}
