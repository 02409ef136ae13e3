package import HTTP
package import Model
package import Pacing
package import Secrets
package import Stores
import Tokens

/// Renews connections' tokens so that none is lost and none is requested twice.
///
/// 1. The record alone decides what is due.
/// 2. The intent is swapped into the store: the process that succeeds sends the request, all others
///    wait for its result. So a store that cannot be written stops the exchange before it begins.
/// 3. The request is sent, with a timeout shorter than what is left of the claim.
/// 4. The response is journaled, sealed, before it is read.
/// 5. Its tokens are swapped into the store, and this is retried until they are there.
/// 6. The journal is cleared. Only then are further requests sent to the service.
package actor Renewer {
  let tokens: any TokenStore
  let http: any HTTPTransport
  nonisolated let journal: ResponseJournal
  let runtime: Runtime
  /// Whether the process was asked to end: exchanges in progress are finished, and there is no more
  /// waiting. The task is not cancelled: that would cut off an exchange and lose its response.
  package nonisolated let isEnding: @Sendable () -> Bool
  let rule: RenewalRule
  let holder: String
  /// Whether a connection that another process is renewing is waited for. One that dies would keep a caller
  /// with many connections from the others for as long as its claim lasts.
  let waitsForOthers: Bool
  let provenance: @Sendable () -> Provenance
  let reportDelay: @Sendable (ConnectionName, StoreError, Journaling) -> Void
  /// Connections that this process is renewing, with the tasks that wait for the outcome.
  private var underWay: [ConnectionName: [CheckedContinuation<RenewalOutcome, Never>]] = [:]

  /// - Parameters:
  ///   - holder: names this process in a claim, for people.
  ///   - waitsForOthers: for a caller that needs the result of a renewal in progress.
  ///   - reportDelay: is called if new tokens are not saved for a while, with the reason and with whether the
  ///     journal has them.
  package init(
    tokens: any TokenStore, http: any HTTPTransport, journal: ResponseJournal,
    runtime: Runtime, isEnding: @escaping @Sendable () -> Bool, rule: RenewalRule, holder: String,
    waitsForOthers: Bool = true,
    provenance: @escaping @Sendable () -> Provenance,
    reportDelay: @escaping @Sendable (ConnectionName, StoreError, Journaling) -> Void = { _, _, _ in
    }
  ) {
    self.tokens = tokens
    self.http = http
    self.journal = journal
    self.runtime = runtime
    self.isEnding = isEnding
    self.rule = rule
    self.holder = holder
    self.waitsForOthers = waitsForOthers
    self.provenance = provenance
    self.reportDelay = reportDelay
  }

  /// Why the journal still has a response that is not needed any more; `nil` if it has none.
  package nonisolated var removalFault: StoreError? { journal.removalFault }

  /// Renews a connection if it is due; callers during a renewal get its outcome.
  ///
  /// - Parameters:
  ///   - secrets: the setup's opened fields.
  ///   - isForced: renews even if it is not due.
  package func renew(
    _ subject: RenewalSubject, secrets: [FieldName: SecretBytes], isForced: Bool = false
  ) async -> RenewalOutcome {
    if underWay[subject.name] != nil {
      return await withCheckedContinuation { underWay[subject.name]?.append($0) }
    }
    underWay[subject.name] = []
    let outcome: RenewalOutcome
    do throws(StoreError) {
      outcome = try await renewed(subject, secrets, isForced: isForced)
    } catch {
      outcome = .storeFailed(error)
    }
    underWay.removeValue(forKey: subject.name)?.forEach { $0.resume(returning: outcome) }
    return outcome
  }

  /// Why no response could be journaled now; `nil` if one could.
  package nonisolated func journalFault() async -> StoreError? { await journal.fault() }

  /// Maximum number of parallel exchanges with one token service.
  package static let width = 16

  /// Renews the due ones of many, a bounded number at a time for each token service; a failure does not stop
  /// the others, and a service that responds late holds up no other.
  ///
  /// - Returns: the outcomes, in no order.
  package nonisolated func renewAll(
    _ subjects: [(subject: RenewalSubject, secrets: [FieldName: SecretBytes])],
    isForced: Bool = false, progress: (@Sendable () -> Void)? = nil
  ) async -> [(name: ConnectionName, outcome: RenewalOutcome)] {
    await withTaskGroup(of: [(name: ConnectionName, outcome: RenewalOutcome)].self) { group in
      for subjects in Dictionary(grouping: subjects, by: \.subject.tokenHost).values {
        group.addTask { await self.renewAllOfService(subjects, isForced, progress) }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }

  private nonisolated func renewAllOfService(
    _ subjects: [(subject: RenewalSubject, secrets: [FieldName: SecretBytes])], _ isForced: Bool,
    _ progress: (@Sendable () -> Void)?
  ) async -> [(name: ConnectionName, outcome: RenewalOutcome)] {
    await withTaskGroup(of: (name: ConnectionName, outcome: RenewalOutcome).self) { group in
      var results: [(name: ConnectionName, outcome: RenewalOutcome)] = []
      for (number, one) in subjects.enumerated() {
        if number >= Self.width, let result = await group.next() { results.append(result) }
        group.addTask {
          let outcome = await self.renew(one.subject, secrets: one.secrets, isForced: isForced)
          progress?()
          return (one.subject.name, outcome)
        }
      }
      for await result in group { results.append(result) }
      return results
    }
  }

  private func renewed(
    _ subject: RenewalSubject, _ secrets: [FieldName: SecretBytes], isForced: Bool
  ) async throws(StoreError) -> RenewalOutcome {
    var first: TokenAttempt??
    var races = Retry(.lostRaces, runtime)
    while true {
      let stored = try await tokens.openTokens(of: subject.name)
      let present = stored.record?.tokens?.attempt
      // A renewal by another process since our first look is as good as ours.
      if let first, first != present, let record = stored.record { return .adopted(record) }
      first = .some(present)
      let client: Client
      do throws(TokenError) {
        client = try subject.client(secrets, record: stored.record)
      } catch {
        return .stopped(.local(error.summary))
      }
      let decision = RenewalCase(
        connection: subject.name, record: stored.record, grant: subject.grant,
        service: subject.service, client: client.identity, version: subject.version,
        declared: subject.declared, rule: rule
      ).decision(now: runtime.now(), isForced: isForced)
      switch decision {
      case .use(let until): return .notDue(until: until)
      case .ask(let need): return .needsAuthorization(need)
      case .stopped(let obstacle): return .stopped(obstacle)
      case .wait(let until):
        guard let claim = stored.record?.claim, claim.isActive(at: runtime.now()),
          !isEnding(), waitsForOthers
        else { return .waiting(until: until) }
        await runtime.sleep(RenewalTimes.claimPoll)
      case .mint, .refresh:
        // What is in progress is finished, and nothing else begun.
        if isEnding() { return .failed("interrupted before its request", retryAt: nil) }
        if let outcome = try await exchanged(subject, client, stored, decision) { return outcome }
        try await races.waitAfterLostRace()
      }
    }
  }

  /// - Returns: `nil` if another process was quicker, or this one is ending.
  private func exchanged(
    _ subject: RenewalSubject, _ client: Client, _ stored: StoredTokens, _ decision: RenewalDecision
  ) async throws(StoreError) -> RenewalOutcome? {
    let scopes = subject.declared ?? stored.record?.requested ?? client.ownScopes
    let exchange: TokenExchange
    var digest: KeyedDigest?
    var priorAttemptUnresolved = false
    let key = try await tokens.tokenKey()
    if case .refresh(let isUnresolved) = decision {
      guard let refresh = stored.refresh else { return .needsAuthorization(.noRefreshToken) }
      exchange = .refresh(refresh)
      digest = key.refreshDigest(of: refresh, in: stored.id)
      priorAttemptUnresolved = isUnresolved
    } else {
      exchange = .mint(scopes)
    }
    let attempt = TokenAttempt(randomName())
    let record =
      stored.record ?? TokenRecord(client: client.identity, grant: subject.grant, requested: scopes)
    let claimed = try await claimed(stored, for: subject.name, record) { deadline in
      TokenClaim(
        attempt: attempt, holder: holder, deadline: deadline, refreshDigest: digest,
        priorAttemptUnresolved: priorAttemptUnresolved)
    }
    guard let claimed else { return nil }
    return try await exchanged(subject, client, claimed, exchange, attempt, scopes, key)
  }

  private static let claimAttempts = 3

  /// Swaps a claim into the store, of which enough is left for a request: another process takes over a claim
  /// whose time is up, and would present the same refresh token.
  ///
  /// - Returns: `nil` if another process was quicker, or this one is ending.
  /// - Throws: also if the store takes too long each time. A claim that is not used is withdrawn.
  private func claimed(
    _ stored: StoredTokens, for name: ConnectionName, _ record: TokenRecord,
    claim: (_ deadline: Timestamp) -> TokenClaim
  ) async throws(StoreError) -> StoredTokens? {
    var claimed = stored
    var record = record
    do throws(StoreError) {
      for _ in 1...Self.claimAttempts where !isEnding() {
        let deadline = runtime.now().adding(seconds: TokenClaim.seconds)
        record.claim = claim(deadline)
        claimed = try await swapped(claimed, record, for: name)
        if runtime.now().adding(seconds: RenewalTimes.responseSeconds) <= deadline {
          return claimed
        }
      }
      if claimed.version != stored.version {
        record.claim = stored.record?.claim
        _ = try await swapped(claimed, record, for: name)
      }
    } catch {
      guard case .tokensMoved = error else { throw error }
      return nil
    }
    if isEnding() { return nil }
    throw .unavailable("it took too long to record that a renewal begins")
  }

  private func swapped(
    _ stored: StoredTokens, _ record: TokenRecord, for name: ConnectionName
  ) async throws(StoreError) -> StoredTokens {
    let version = try await tokens.swapTokens(
      TokenWrite(
        name: name, id: stored.id, version: stored.version, record: record,
        provenance: provenance()))
    return StoredTokens(
      id: stored.id, version: version, record: record, access: stored.access,
      refresh: stored.refresh)
  }

  private func exchanged(
    _ subject: RenewalSubject, _ client: Client, _ claimed: StoredTokens,
    _ exchange: TokenExchange, _ attempt: TokenAttempt, _ scopes: Set<Scope>, _ key: StoreKey
  ) async throws(StoreError) -> RenewalOutcome {
    let requests = TokenRequests(
      client, http: http, now: runtime.now,
      skewSeconds: claimed.record?.tokens?.skewSeconds ?? 0,
      lastStart: claimed.record?.claim?.deadline.adding(seconds: -RenewalTimes.responseSeconds))
    let isRefresh = if case .refresh = exchange { true } else { false }
    let (store, base) = (tokens.description.description, claimed.record?.tokens?.attempt)
    let received: (entry: JournaledResponse, journaling: Journaling)
    do throws(TokenError) {
      received = try await sent(exchange, by: requests, journaledUnder: key) { response in
        JournaledResponse(
          store: store, connection: subject.name, id: claimed.id, attempt: attempt, base: base,
          kind: isRefresh ? .refresh : .mint, requested: scopes, client: client.identity,
          response: response)
      }
    } catch {
      return try await failed(subject, claimed, error, attempt)
    }
    let entry = received.entry
    let response: TokenResponse
    do throws(TokenError) {
      response = try TokenResponse.read(
        entry.response, service: subject.service, isRefresh: entry.kind == .refresh)
    } catch {
      let outcome = try await failed(subject, claimed, error, attempt)
      await journal.clear(attempt)
      return outcome
    }
    switch await saver(of: subject.service, received.journaling).save(
      response, of: entry, over: claimed)
    {
    case .unsaved(let error): return .unsaved(error.summary, received.journaling)
    case .superseded(let record):
      await journal.clear(attempt)
      return .adopted(record)
    case .saved(let stored):
      await journal.clear(attempt)
      return .renewed(await supplemented(stored, response, subject, requests))
    }
  }

  func saver(of service: OAuthService, _ journaling: Journaling) -> ResponseSaver {
    ResponseSaver(
      tokens: tokens, runtime: runtime, isEnding: isEnding, service: service,
      provenance: provenance, journaling: journaling, savesLater: !waitsForOthers,
      reportDelay: reportDelay)
  }

  /// Sends a request and journals the response as soon as it is there. What is killed before that loses a
  /// refresh token that is good once, so this does not wait for the actor, which all exchanges share, or for
  /// the store's key.
  private nonisolated func sent(
    _ exchange: TokenExchange, by requests: TokenRequests, journaledUnder key: StoreKey,
    _ entry: @Sendable (RawResponse) -> JournaledResponse
  ) async throws(TokenError) -> (entry: JournaledResponse, journaling: Journaling) {
    let entry = entry(try await requests.send(exchange))
    return (entry, await journal.tryToWrite(entry, under: key))
  }

  /// Requests what the service's response left out, now that the tokens are saved.
  private func supplemented(
    _ stored: StoredTokens, _ response: TokenResponse, _ subject: RenewalSubject,
    _ requests: TokenRequests
  ) async -> TokenRecord {
    guard var record = stored.record, var metadata = record.tokens else {
      preconditionFailure("saved tokens have a record with metadata")
    }
    guard requests.canIntrospect, metadata.expiry == .unknown || response.granted == nil,
      let found = try? await requests.introspect(response.access), found.isActive
    else { return record }
    if metadata.expiry == .unknown { metadata.expiry = found.expiry }
    if response.granted == nil, let granted = found.granted { metadata.granted = granted }
    record.tokens = metadata
    let write = TokenWrite(
      name: subject.name, id: stored.id, version: stored.version, record: record,
      provenance: provenance())
    // A process that changed it in the meantime has newer data.
    return (try? await tokens.swapTokens(write)) == nil ? stored.record ?? record : record
  }

  /// Records a failure. The record is read again first: if another process has saved other tokens,
  /// those are used.
  private func failed(
    _ subject: RenewalSubject, _ claimed: StoredTokens, _ fault: TokenError,
    _ attempt: TokenAttempt
  ) async throws(StoreError) -> RenewalOutcome {
    var races = Retry(.lostRaces, runtime)
    while true {
      let stored = try await tokens.openTokens(of: subject.name)
      guard let record = stored.record else { return .needsAuthorization(.noRefreshToken) }
      if record.tokens?.attempt != claimed.record?.tokens?.attempt { return .adopted(record) }
      guard record.claim?.attempt == attempt else {
        return .waiting(until: record.claim?.deadline ?? runtime.now())
      }
      let next = record.failed(
        fault, subject.service.refresh, at: runtime.now(), version: subject.version,
        fraction: runtime.random())
      do throws(StoreError) {
        _ = try await tokens.swapTokens(
          TokenWrite(
            name: subject.name, id: stored.id, version: stored.version, record: next,
            event: next.stop == nil ? .failed : .stopped, provenance: provenance()))
      } catch {
        guard case .tokensMoved = error else { throw error }
        try await races.waitAfterLostRace()
        continue
      }
      if let (obstacle, _) = next.stop?.misconfiguration { return .stopped(obstacle) }
      if case .consent(let need) = next.stop { return .needsAuthorization(need) }
      return .failed(fault.summary, retryAt: next.retryAt)
    }
  }
}
