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
  }

  /// `nil` before it is in the store.
  package var state: ConnectionState? {
    guard let actual = counterpart.actual, actual.app == desired.app else { return nil }
    guard let record else { return .unauthorized }
    return record.state(
      of: counterpart.name, client: client(actual.plainFields),
      declared: counterpart.applied?.scopes,
      rules: service.scopes, rule: overview.rule, now: overview.now)
  }

  /// When the access token ends.
  package var endsAt: Timestamp? { record?.tokens?.expiry.time }
  package var verifiedAt: Timestamp? { record?.tokens?.verifiedAt }
  package var isRecoverable: Bool { record?.isRecoverable ?? !grant.needsPerson }
  package var endsForGood: Timestamp? { record?.endsForGood }

  /// Whether this apply makes the current tokens useless, and who can get new ones; `nil` if it
  /// does not. The effect of an earlier apply is a finding, not a change.
  var reauthorization: Reauthorization? {
    guard let record, record.tokens != nil, let actual = counterpart.actual else { return nil }
    let before = counterpart.applied?.scopes
    let isOtherScopes =
      desired.scopes != before
      && desired.scopes.map { !service.scopes.areSame($0, record.requested) } ?? false
    let isOtherClient = client(desired.setup?.plain ?? [:]) != client(actual.plainFields)
    guard isOtherScopes || isOtherClient else { return nil }
    return grant.needsPerson ? .byPerson : .byItself
  }

  private func client(_ fields: [FieldName: PlainValue]) -> ClientIdentity? {
    ClientIdentity(grant, service) { fields[$0]?.text }
  }

  func findings() -> [Finding] {
    guard let record, let state else { return [] }
    var findings: [Finding] = []
    switch state {
    case .empty, .unauthorized, .ready, .expiring: break
    case .expired(let end):
      findings.append(
        finding(
          .tokenExpired, "the access token of `\(desired.name)` expired at \(end)", [],
          "renew it: vaultctl refresh \(nameArgument)"))
    case .needsAuthorization(let need):
      let served = record.tokens?.expiry.time.flatMap { $0 > overview.now ? $0 : nil }
      findings.append(
        finding(
          .needsAuthorization, "`\(desired.name)` needs authorization",
          [need.summary]
            + (served.map { ["the current access token is valid until \($0)"] } ?? []),
          "authorize it: vaultctl authorize \(nameArgument)"))
    case .error(let last, let attempts):
      findings.append(
        finding(
          .renewalFailed, "the tokens of `\(desired.name)` could not be renewed",
          [last, "\(attempts) \(attempts == 1 ? "attempt" : "attempts") in a row failed"],
          record.isRecoverable
            ? "try it now: vaultctl refresh \(nameArgument)"
            : "fix its setup and apply it, then: vaultctl refresh \(nameArgument)"))
    }
    findings += ending(state) + narrowed(record)
    if let skew = record.tokens?.skewSeconds {
      findings.append(
        finding(
          .clockSkew,
          "the clock of the service of `\(desired.name)` is \(abs(skew)) s \(skew > 0 ? "fast" : "slow")",
          ["compared with this machine's clock"], nil, severity: .info))
    }
    return findings
  }

  private func ending(_ state: ConnectionState) -> [Finding] {
    guard state.isHealthy, let end = record?.endsForGood else { return [] }
    let left = end.seconds(since: overview.now)
    guard left <= Self.remarkSeconds else { return [] }
    return [
      finding(
        .tokenEnding,
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
    grant.needsPerson
      ? "authorize it for the declared scopes: vaultctl authorize \(nameArgument)"
      : "request the declared scopes: vaultctl refresh \(nameArgument)"
  }

  var hasRecord: Bool { record != nil }
  /// Its form in a command.
  private var nameArgument: String { shellWord(desired.name.rawValue) }

  private func finding(
    _ code: DiagnosticCode, _ message: String, _ notes: [String], _ help: String?,
    severity: Severity = .warning
  ) -> Finding {
    Finding(
      .tokens, desired.name,
      Diagnostic(
        code, message, severity: severity, at: desired.origin.nameLocation, notes: notes,
        help: help.map { [$0] } ?? []))
  }
}

extension ActualConnection {
  fileprivate var plainFields: [FieldName: PlainValue] {
    fields.compactMapValues { if case .plain(let value) = $0 { value } else { nil } }
  }
}
