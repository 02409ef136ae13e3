import Diagnostics
package import Model

/// Plans the tokens of one declared connection: their state, and the findings about it.
package struct TokenPlanner {
  /// The time before the end at which a warning starts, and before that a remark.
  private static let warningSeconds: Int64 = 86_400
  private static let remarkSeconds: Int64 = 7 * 86_400

  private let desired: DesiredConnection
  private let counterpart: Counterpart
  private let grant: OAuthGrant
  private let service: OAuthService
  private let record: TokenRecord?
  private let overview: TokenOverview
  private let shape: SetupShape?

  /// `nil` if it has no tokens: its setup is used as it is, or its store keeps none.
  package init?(
    _ desired: DesiredConnection, snapshot: Snapshot, catalog: Catalog, tokens: TokenOverview?
  ) {
    guard let tokens, let service = catalog[desired.app]?.oauth,
      let grant = desired.setup.flatMap({ catalog[desired.app]?.setup($0.type)?.grant })
    else { return nil }
    let counterpart = snapshot.counterpart(of: desired)
    self.desired = desired
    self.counterpart = counterpart
    self.grant = grant
    self.service = service
    record = tokens.records[counterpart.name]
    overview = tokens
    shape = catalog.shape(of: desired)
  }

  /// `nil` before it is in the store.
  package var state: ConnectionState? {
    guard let actual = counterpart.actual, actual.app == desired.app else { return nil }
    guard let record else { return .unauthorized }
    return record.state(
      of: counterpart.name, client: client(actual.plainFields, counterpart.applied?.destinations),
      declared: counterpart.applied?.scopes,
      rules: service.scopes, rule: overview.rule, now: overview.now)
  }

  /// When the access token ends.
  package var endsAt: Timestamp? { record?.tokens?.expiry.time }
  package var verifiedAt: Timestamp? { record?.tokens?.verifiedAt }
  package var isRecoverable: Bool { record?.isRecoverable ?? !grant.needsPerson }
  package var endsForGood: Timestamp? { record?.endsForGood }

  /// Whether this apply calls for another grant, and who can give it; `nil` if it does not. The effect of an earlier apply is a finding, not a change.
  var reauthorization: Reauthorization? {
    guard let record, record.tokens != nil, let actual = counterpart.actual else { return nil }
    let before = counterpart.applied?.scopes
    let isOtherScopes =
      desired.scopes != before
      && desired.scopes.map { !service.scopes.areSame($0, record.requested) } ?? false
    let isOtherClient =
      client(desired.setup?.plain ?? [:], desired.destinations)
      != client(actual.plainFields, counterpart.applied?.destinations)
    guard isOtherScopes || isOtherClient else { return nil }
    return grant.needsPerson ? .byPerson : .byItself
  }

  private func client(
    _ fields: [FieldName: PlainValue], _ destinations: Set<Destination>?
  ) -> ClientIdentity? {
    ClientIdentity(grant, service.filled(from: destinations ?? [])) { fields[$0]?.text }
  }

  func findings() -> [Finding] {
    guard let state else { return [] }
    guard let record else { return neverAuthorized() }
    var findings = expired(record, state)
    switch state {
    case .empty, .unauthorized, .ready, .expired: break
    case .expiring(let end):
      findings.append(
        finding(
          .expiring, .tokenEnding, "the tokens of `\(desired.name)` are due for renewal",
          ["the access token is valid until \(end)"], "renew them: vaultctl refresh",
          severity: .info))
    case .needsAuthorization(let need): findings.append(lacking(need, record))
    case .error: break
    }
    findings += failed(record, state)
    // A grant that fails may also be of other scopes.
    if case .needsAuthorization = state {
    } else if let need = need(record), need.leavesGrant {
      findings.append(lacking(need, record))
    }
    findings += ending(state) + narrowed(record)
    if let seconds = record.tokens?.shortLifetime {
      findings.append(
        Finding(
          .tokens, desired.name,
          .lifetimeTooShort(desired.name, seconds: seconds, at: desired.origin.nameLocation)))
    }
    if let skew = record.tokens?.skewSeconds {
      findings.append(
        Finding(
          .tokens, desired.name,
          .clockSkew(
            "the service of `\(desired.name)`", seconds: skew, at: desired.origin.nameLocation)))
    }
    return findings
  }

  /// Whatever else is wrong with them: no flow can use it.
  private func expired(_ record: TokenRecord, _ state: ConnectionState) -> [Finding] {
    let time = record.tokens?.serviceTime(at: overview.now) ?? overview.now
    guard let end = record.tokens?.expiry.time, end <= time else { return [] }
    let way =
      if case .needsAuthorization = state {
        "authorize it: vaultctl authorize \(nameArgument)"
      } else {
        "renew it: vaultctl refresh \(nameArgument)"
      }
    return [
      finding(
        .expired, .tokenExpired, "the access token of `\(desired.name)` expired at \(end)", [], way)
    ]
  }

  private func failed(_ record: TokenRecord, _ state: ConnectionState) -> [Finding] {
    if case .needsAuthorization = state { return [] }
    guard let last = record.lastFailure else { return [] }
    let count = record.attempts
    return [
      finding(
        .renewalFailed, .renewalFailed, "the tokens of `\(desired.name)` could not be renewed",
        [last, "\(count) \(count == 1 ? "attempt" : "attempts") in a row failed"]
          + (record.unexplainedSince.map { ["it has given no reason since \($0)"] } ?? []),
        record.isRecoverable
          ? "try it now: vaultctl refresh \(nameArgument)"
          : "fix its setup and apply it, then: vaultctl refresh \(nameArgument)")
    ]
  }

  /// In the store with all its values, and without any tokens.
  private func neverAuthorized() -> [Finding] {
    let given = Set((desired.setup?.fields ?? [:]).keys).union(desired.ignoredFields)
    guard grant.needsPerson, let shape, shape.missing(from: given).isEmpty,
      !shape.lacksCredential(given)
    else { return [] }
    return [
      finding(
        .needsAuthorization, .needsAuthorization, "`\(desired.name)` was never authorized",
        ["it has no tokens"], "authorize it: vaultctl authorize \(nameArgument)")
    ]
  }

  private func lacking(_ need: AuthorizationNeed, _ record: TokenRecord) -> Finding {
    let time = record.tokens?.serviceTime(at: overview.now) ?? overview.now
    let served = record.tokens?.expiry.time.flatMap { $0 > time ? $0 : nil }
    let isRenewed = need.leavesGrant && record.tokens?.refresh != nil
    return finding(
      .needsAuthorization, .needsAuthorization, "`\(desired.name)` needs authorization",
      [need.summary]
        + (served.map { ["the current access token is valid until \($0)"] } ?? [])
        + (isRenewed ? ["until then, the tokens of the previous consent are renewed"] : []),
      "authorize it: vaultctl authorize \(nameArgument)", remedy: need.remedy)
  }

  private func need(_ record: TokenRecord) -> AuthorizationNeed? {
    record.need(
      client: client(counterpart.actual?.plainFields ?? [:], counterpart.applied?.destinations),
      declared: counterpart.applied?.scopes, rules: service.scopes, now: overview.now)
  }

  private func ending(_ state: ConnectionState) -> [Finding] {
    guard state.isHealthy, let end = record?.endsForGood else { return [] }
    let left = end.seconds(since: overview.now)
    guard left <= Self.remarkSeconds else { return [] }
    return [
      finding(
        .expiring, .tokenEnding,
        "the tokens of `\(desired.name)` expire at \(end) and cannot renew themselves",
        ["\(left / 3600) hours left"], "authorize it: vaultctl authorize \(nameArgument)",
        severity: left <= Self.warningSeconds ? .warning : .info)
    ]
  }

  private func narrowed(_ record: TokenRecord) -> [Finding] {
    let lost = (record.tokens?.narrowed ?? []).sorted()
    if lost.isEmpty { return [] }
    let names = lost.map { "`\($0)`" }.joined(separator: ", ")
    return [
      Finding(
        .scopeDrift, desired.name,
        Diagnostic(
          .scopeNarrowed, "`\(desired.name)` lost \(names) in a renewal",
          severity: .warning, at: desired.origin.scopesLocation,
          notes: ["the service granted it before"], help: [authorizing]))
    ]
  }

  /// The help for obtaining a grant for the declared scopes.
  var authorizing: String {
    let applying = counterpart.actual == nil ? "apply it, then " : ""
    return applying
      + (grant.needsPerson
        ? "authorize it for the declared scopes: vaultctl authorize \(nameArgument)"
        : "request the declared scopes: vaultctl refresh \(nameArgument)")
  }

  /// Its form in a command.
  private var nameArgument: String { shellWord(desired.name.rawValue) }

  private func finding(
    _ kind: FindingKind, _ code: DiagnosticCode, _ message: String, _ notes: [String],
    _ help: String?, remedy: String? = nil, severity: Severity = .warning
  ) -> Finding {
    Finding(
      kind, desired.name,
      Diagnostic(
        code, message, severity: severity, at: desired.origin.nameLocation, notes: notes,
        help: [remedy, help].compactMap(\.self)))
  }
}

extension ActualConnection {
  fileprivate var plainFields: [FieldName: PlainValue] {
    fields.compactMapValues { if case .plain(let value) = $0 { value } else { nil } }
  }
}
