package import Model
import Pacing

/// What is to be done about a connection's tokens now.
package enum RenewalDecision: Hashable, Sendable {
  /// Nothing; looked at again then, or never where nothing ends.
  case use(until: Timestamp?)
  case mint
  /// - Parameter priorAttemptUnresolved: the token may have been used by an attempt that vanished.
  case refresh(priorAttemptUnresolved: Bool)
  /// Somebody is at it, it failed a moment ago, or it is better to wait.
  case wait(until: Timestamp)
  /// A person must consent.
  case ask(AuthorizationNeed)
  /// Nothing is tried until the connection's setup is another.
  case stopped(String)
}

/// All that a decision rests on.
package struct RenewalCase: Sendable {
  package let connection: ConnectionName
  package let record: TokenRecord?
  package let grant: OAuthGrant
  package let service: OAuthService
  package let client: ClientIdentity
  /// The connection's own version: where a wrong setup was tried, another one is worth a try.
  package let version: StoreVersion
  /// The scopes that it should have; `nil` where nothing is said.
  package let declared: Set<Scope>?
  package let rule: RenewalRule

  package init(
    connection: ConnectionName, record: TokenRecord?, grant: OAuthGrant, service: OAuthService,
    client: ClientIdentity, version: StoreVersion, declared: Set<Scope>?, rule: RenewalRule
  ) {
    self.connection = connection
    self.record = record
    self.grant = grant
    self.service = service
    self.client = client
    self.version = version
    self.declared = declared
    self.rule = rule
  }

  /// 1. Who is at it already is not disturbed.
  /// 2. What only a person can mend is theirs; what the setup must mend waits for another setup.
  /// 3. A new client or other scopes are minted for at once where no person is needed.
  /// 4. After a failure it waits its time; a token that may be spent is not presented again
  ///    before it must.
  /// 5. What is due is renewed.
  ///
  /// - Parameter isForced: somebody asked for just this one: waiting times and marks that say "stop"
  ///   do not count, nor whether it is due.
  package func decision(now: Timestamp, isForced: Bool = false) -> RenewalDecision {
    guard let record else {
      return grant.needsPerson ? .ask(.noRefreshToken) : .mint
    }
    if let claim = record.claim, claim.isActive(at: now) { return .wait(until: claim.deadline) }
    if let need = record.need(
      client: client, declared: declared, rules: service.scopes, now: now)
    {
      return .ask(need)
    }
    if case .configuration(let code, let tried) = record.stop, tried == version, !isForced {
      return .stopped(code)
    }
    if let retry = record.retryAt, retry > now, !isForced { return .wait(until: retry) }
    return grant.needsPerson
      ? refreshed(record, now: now, isForced: isForced)
      : minted(record, now: now, isForced: isForced)
  }

  private func minted(
    _ record: TokenRecord, now: Timestamp, isForced: Bool
  ) -> RenewalDecision {
    guard let tokens = record.tokens else { return .mint }
    let asksAnew = declared.map { !service.scopes.areSame($0, record.requested) } ?? false
    if isForced || client != record.client || asksAnew { return .mint }
    guard let due = rule.dueAt(tokens, connection: connection) else { return .use(until: nil) }
    return due <= now ? .mint : .use(until: due)
  }

  private func refreshed(
    _ record: TokenRecord, now: Timestamp, isForced: Bool
  ) -> RenewalDecision {
    guard let tokens = record.tokens else { return .ask(.noRefreshToken) }
    let due = rule.dueAt(tokens, connection: connection)
    guard tokens.refresh != nil else {
      if let end = tokens.expiry.time, end <= now { return .ask(.noRefreshToken) }
      return .use(until: tokens.expiry.time)
    }
    guard isForced || due.map({ $0 <= now }) ?? false else { return .use(until: due) }
    guard let doubtful = record.claim else { return .refresh(priorAttemptUnresolved: false) }
    // The claim's holder vanished between asking and saving. Where a spent token may be taken for
    // theft, whoever has the answer in a journal is given all the time that there is.
    let rules = service.refresh
    let isInGrace = now < doubtful.deadline.adding(seconds: rules.graceSeconds)
    if !rules.mayRotate || (rules.graceSeconds > 0 && isInGrace) || isForced {
      return .refresh(priorAttemptUnresolved: true)
    }
    let lastMoment = tokens.expiry.time.map { $0.adding(seconds: -60) } ?? doubtful.deadline
    return lastMoment <= now ? .refresh(priorAttemptUnresolved: true) : .wait(until: lastMoment)
  }
}

extension TokenRecord {
  /// How many refusals without a reason make one for good.
  package static let unexplainedLimit = 3

  /// The record after a failed attempt: the tokens stay, whatever it was.
  ///
  /// - Parameters:
  ///   - version: the connection's, by which a wrong setup is known.
  ///   - fraction: random, from 0 up to 1.
  package func failed(
    _ fault: TokenFault, at now: Timestamp, version: StoreVersion, fraction: Double
  ) -> TokenRecord {
    var next = self
    next.attempts += 1
    let failure = TokenFailure(
      at: now, reason: fault.summary, isUnexplained: fault.isUnexplained)
    next.history = Array(([failure] + history).prefix(Self.keptFailures))
    next.retryAt = nil
    let wasInDoubt = claim?.priorAttemptUnresolved ?? false
    switch fault {
    case .consent(let need):
      next.stop = .consent(wasInDoubt ? .answerLost : need)
      next.claim = nil
    case .configuration(let code):
      next.stop = .configuration(code: code, at: version)
      next.claim = nil
    case .unspecified where next.unexplainedInARow >= Self.unexplainedLimit:
      next.stop =
        grant.needsPerson
        ? .consent(wasInDoubt ? .answerLost : .unspecified)
        : .configuration(code: "unspecified", at: version)
      next.claim = nil
    case .answerLost where claim?.refreshDigest != nil:
      // The claim stays: its refresh token may be spent, and the next one must know.
      break
    case .transient(_, let retryAfter):
      next.retryAt = now + wait(fraction, atLeast: Seconds(retryAfter ?? 0))
      next.claim = nil
    case .unspecified, .answerLost, .authorizationPending, .slowDown:
      next.retryAt = now + wait(fraction, atLeast: 0)
      next.claim = nil
    }
    return next
  }

  private var unexplainedInARow: Int {
    history.prefix(attempts).prefix(while: \.isUnexplained).count
  }

  /// Full jitter over a window that doubles from two seconds to five minutes; what the service asks
  /// for comes on top, so that not everybody is back at once.
  private func wait(_ fraction: Double, atLeast least: Seconds) -> Milliseconds {
    let wait = Backoff(first: 2, longest: 300).wait(attempt: attempts, fraction: fraction)
    return least.milliseconds + Milliseconds(Int64(wait / .milliseconds(1)))
  }
}

extension TokenFault {
  fileprivate var isUnexplained: Bool { if case .unspecified = self { true } else { false } }
}
