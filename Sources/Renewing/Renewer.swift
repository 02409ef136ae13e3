package import HTTP
package import Model
package import Secrets
package import Stores
import Tokens

/// Renews connections' tokens, so that none is lost and none is asked for twice.
///
/// 1. What is due is decided by the record, and by nothing else.
/// 2. The intent is swapped into the store: whoever gets it asks the service, all others wait for what
///    comes of it. So a store that cannot be written stops the exchange before it begins.
/// 3. The service is asked, for less time than the claim lasts.
/// 4. The answer is journaled, sealed, before it is read.
/// 5. What it gives is swapped into the store, and tried again until it is there.
/// 6. The journal is cleared. Only then is anything else asked of the service.
package actor Renewer {
  let tokens: any TokenStore
  let http: any HTTPTransport
  let journal: ResponseJournal
  let surroundings: RenewalSurroundings
  let rule: RenewalRule
  let holder: String
  let provenance: @Sendable () -> Provenance
  /// Connections that are being renewed by this process, with those who wait for the outcome.
  private var underWay: [ConnectionName: [CheckedContinuation<RenewalOutcome, Never>]] = [:]

  /// - Parameter holder: who claims; for people.
  package init(
    tokens: any TokenStore, http: any HTTPTransport, journal: ResponseJournal,
    surroundings: RenewalSurroundings, rule: RenewalRule, holder: String,
    provenance: @escaping @Sendable () -> Provenance
  ) {
    self.tokens = tokens
    self.http = http
    self.journal = journal
    self.surroundings = surroundings
    self.rule = rule
    self.holder = holder
    self.provenance = provenance
  }

  /// Renews a connection if it is due; who asks for one that is under way gets its outcome.
  ///
  /// - Parameters:
  ///   - secrets: the setup's opened fields.
  ///   - isForced: due or not.
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

  /// Exchanges under way at once.
  package static let width = 16

  /// Renews those that are due of many, a bounded number at once; one failure leaves the others to go
  /// on.
  ///
  /// - Returns: in no order.
  package nonisolated func renewAll(
    _ subjects: [(subject: RenewalSubject, secrets: [FieldName: SecretBytes])],
    isForced: Bool = false
  ) async -> [(name: ConnectionName, outcome: RenewalOutcome)] {
    await withTaskGroup(of: (name: ConnectionName, outcome: RenewalOutcome).self) { group in
      var results: [(name: ConnectionName, outcome: RenewalOutcome)] = []
      for (number, one) in subjects.enumerated() {
        if number >= Self.width, let result = await group.next() { results.append(result) }
        group.addTask {
          let outcome = await self.renew(one.subject, secrets: one.secrets, isForced: isForced)
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
    while true {
      let kept = try await tokens.openTokens(of: subject.name)
      let present = kept.record?.tokens?.attempt
      // What somebody else has renewed since we looked first is as good as ours.
      if let first, first != present, let record = kept.record { return .adopted(record) }
      first = .some(present)
      let client: Client
      do throws(TokenFault) {
        client = try subject.client(secrets)
      } catch {
        return .stopped(error.summary)
      }
      let decision = RenewalCase(
        connection: subject.name, record: kept.record, grant: subject.grant,
        service: subject.service, client: client.mark, version: subject.version,
        declared: subject.declared, rule: rule
      ).decision(now: surroundings.now(), isForced: isForced)
      switch decision {
      case .use(let until): return .notDue(until: until)
      case .ask(let need): return .needsAuthorization(need)
      case .stopped(let code): return .stopped(code)
      case .wait(let until):
        guard let claim = kept.record?.claim, claim.isActive(at: surroundings.now()),
          !surroundings.isEnding()
        else { return .waiting(until: until) }
        await surroundings.sleep(.milliseconds(RenewalTimes.pollMilliseconds))
      case .mint, .refresh:
        if let outcome = try await exchanged(subject, client, kept, decision) { return outcome }
      }
    }
  }

  /// - Returns: `nil` where somebody else was quicker.
  private func exchanged(
    _ subject: RenewalSubject, _ client: Client, _ kept: StoredTokens, _ decision: RenewalDecision
  ) async throws(StoreError) -> RenewalOutcome? {
    let scopes = subject.declared ?? kept.record?.requested ?? client.ownScopes
    let exchange: TokenExchange
    var digest: KeyedDigest?
    var priorAttemptUnresolved = false
    if case .refresh(let doubt) = decision {
      guard let refresh = kept.refresh else { return .needsAuthorization(.noRefreshToken) }
      exchange = .refresh(refresh)
      digest = try await tokens.refreshDigest(of: refresh, in: kept.id)
      priorAttemptUnresolved = doubt
    } else {
      exchange = .mint(scopes)
    }
    let attempt = TokenAttempt(randomName())
    var record =
      kept.record ?? TokenRecord(client: client.mark, grant: subject.grant, requested: scopes)
    record.claim = TokenClaim(
      attempt: attempt, holder: holder,
      deadline: surroundings.now().adding(seconds: RenewalTimes.claimSeconds),
      refreshDigest: digest, priorAttemptUnresolved: priorAttemptUnresolved)
    let version: Int64
    do throws(StoreError) {
      version = try await tokens.swapTokens(
        TokenWrite(
          name: subject.name, id: kept.id, version: kept.version, record: record,
          provenance: provenance()))
    } catch {
      guard case .tokensMoved = error else { throw error }
      return nil
    }
    let claimed = StoredTokens(
      id: kept.id, version: version, record: record, access: kept.access, refresh: kept.refresh)
    return try await answered(subject, client, claimed, exchange, attempt, scopes)
  }

  private func answered(
    _ subject: RenewalSubject, _ client: Client, _ claimed: StoredTokens,
    _ exchange: TokenExchange, _ attempt: TokenAttempt, _ scopes: Set<Scope>
  ) async throws(StoreError) -> RenewalOutcome {
    let requests = TokenRequests(
      client, http: http, now: surroundings.now,
      skewSeconds: claimed.record?.tokens?.skewSeconds ?? 0)
    let raw: RawResponse
    do throws(TokenFault) {
      raw = try await requests.send(exchange)
    } catch {
      return try await failed(subject, claimed, error, attempt)
    }
    let isRefresh = if case .refresh = exchange { true } else { false }
    let entry = JournaledResponse(
      store: tokens.description.description, connection: subject.name, id: claimed.id,
      attempt: attempt, base: claimed.record?.tokens?.attempt,
      kind: isRefresh ? .refresh : .mint, requested: scopes, client: client.mark, answer: raw)
    return try await settled(entry, subject, requests, claimed)
  }

  /// Keeps, reads and saves an answer.
  func settled(
    _ entry: JournaledResponse, _ subject: RenewalSubject, _ requests: TokenRequests,
    _ claimed: StoredTokens
  ) async throws(StoreError) -> RenewalOutcome {
    let isJournaled = await journal.takes(entry, of: tokens)
    let answer: TokenResponse
    do throws(TokenFault) {
      answer = try TokenResponse.read(entry.answer, service: subject.service)
    } catch {
      let outcome = try await failed(subject, claimed, error, entry.attempt)
      journal.clear(entry.attempt)
      return outcome
    }
    let saving = ResponseSaver(
      tokens: tokens, surroundings: surroundings, service: subject.service,
      provenance: provenance)
    switch await saving.save(answer, of: entry, over: claimed) {
    case .unsaved(let error):
      return .unsaved("\(StoreWords(error))", isJournaled: isJournaled)
    case .superseded(let record):
      journal.clear(entry.attempt)
      return .adopted(record)
    case .saved(let kept):
      journal.clear(entry.attempt)
      return .renewed(await completed(kept, answer, subject, requests))
    }
  }

  /// Asks the service for what its answer left out, now that the tokens are safe.
  private func completed(
    _ kept: StoredTokens, _ answer: TokenResponse, _ subject: RenewalSubject,
    _ requests: TokenRequests
  ) async -> TokenRecord {
    guard var record = kept.record, var facts = record.tokens else {
      preconditionFailure("what was saved has a record with tokens")
    }
    guard requests.canIntrospect, facts.expiry == .unknown || answer.granted == nil,
      let found = try? await requests.introspect(answer.access), found.isActive
    else { return record }
    if facts.expiry == .unknown { facts.expiry = found.expiry }
    if answer.granted == nil, let granted = found.granted { facts.granted = granted }
    record.tokens = facts
    let write = TokenWrite(
      name: subject.name, id: kept.id, version: kept.version, record: record,
      provenance: provenance())
    // Whoever moved it meanwhile knows better.
    return (try? await tokens.swapTokens(write)) == nil ? kept.record ?? record : record
  }

  /// Records a failure. What is refused for good is looked at again first: where another process has
  /// put other tokens there, those are good.
  private func failed(
    _ subject: RenewalSubject, _ claimed: StoredTokens, _ fault: TokenFault,
    _ attempt: TokenAttempt
  ) async throws(StoreError) -> RenewalOutcome {
    while true {
      let kept = try await tokens.openTokens(of: subject.name)
      guard let record = kept.record else { return .needsAuthorization(.noRefreshToken) }
      if record.tokens?.attempt != claimed.record?.tokens?.attempt { return .adopted(record) }
      guard record.claim?.attempt == attempt else {
        return .waiting(until: record.claim?.deadline ?? surroundings.now())
      }
      let next = record.failed(
        fault, at: surroundings.now(), version: subject.version,
        fraction: surroundings.random())
      do throws(StoreError) {
        _ = try await tokens.swapTokens(
          TokenWrite(
            name: subject.name, id: kept.id, version: kept.version, record: next,
            event: next.stop == nil ? .failed : .stopped, provenance: provenance()))
      } catch {
        guard case .tokensMoved = error else { throw error }
        continue
      }
      switch next.stop {
      case .consent(let need): return .needsAuthorization(need)
      case .configuration(let code, _): return .stopped(code)
      case nil:
        return .failed(fault.summary, retryAt: next.retryAt ?? next.claim?.deadline)
      }
    }
  }
}
