package import Model
package import Secrets
package import Stores
package import Tokens

/// A connection that comes to tokens, as the store has it.
package struct RenewalSubject: Sendable {
  package let name: ConnectionName
  package let grant: OAuthGrant
  package let service: OAuthService
  package let plain: [FieldName: PlainValue]
  /// The connection's own version.
  package let version: StoreVersion
  /// The scopes that it was last applied with; `nil` where nothing was said of them.
  package let declared: Set<Scope>?

  package init(
    name: ConnectionName, grant: OAuthGrant, service: OAuthService,
    plain: [FieldName: PlainValue], version: StoreVersion, declared: Set<Scope>?
  ) {
    self.name = name
    self.grant = grant
    self.service = service
    self.plain = plain
    self.version = version
    self.declared = declared
  }

  /// A connection of a store; `nil` where its setup has no tokens, or lacks what it needs for them.
  package init?(_ actual: ActualConnection, applied: AppliedRecord?, catalog: Catalog) {
    guard let app = catalog[actual.app], let service = app.oauth,
      let shape = actual.setupType.flatMap({ app.setup($0) }), let grant = shape.grant,
      shape.missing(from: actual.fields.keys).isEmpty
    else { return nil }
    self.init(
      name: actual.name, grant: grant, service: service,
      plain: actual.fields.compactMapValues { field in
        if case .plain(let value) = field { value } else { nil }
      }, version: actual.version, declared: applied?.scopes)
  }

  /// The client, with the setup's opened fields.
  package func client(_ secrets: [FieldName: SecretBytes]) throws(TokenFault) -> Client {
    try Client(grant, service, plain: plain, secrets: secrets)
  }

  /// `nil` where the setup seals who the client is.
  package var mark: ClientIdentity? { ClientIdentity(grant, service) { plain[$0]?.text } }

  /// What would be done now, by what is known without a key.
  package func decision(
    _ record: TokenRecord?, rule: RenewalRule, now: Timestamp, isForced: Bool = false
  ) -> RenewalDecision {
    RenewalCase(
      connection: name, record: record, grant: grant, service: service,
      client: mark ?? record?.client ?? ClientIdentity(id: "", digest: ""), version: version,
      declared: declared, rule: rule
    ).decision(now: now, isForced: isForced)
  }
}

/// How the renewal of one connection ended.
package enum RenewalOutcome: Hashable, Sendable {
  /// A new token is in the store.
  case renewed(TokenRecord)
  /// Another process renewed it meanwhile.
  case adopted(TokenRecord)
  /// It is good until then.
  case notDue(until: Timestamp?)
  case waiting(until: Timestamp)
  case needsAuthorization(AuthorizationNeed)
  /// The setup must be mended.
  case stopped(String)
  /// It is tried again then; `nil`: with the next run.
  case failed(String, retryAt: Timestamp?)
  case storeFailed(StoreError)
  /// The service gave tokens that the store did not take: the journal has them, or nobody.
  case unsaved(String, isJournaled: Bool)
}

/// Seconds that fit into each other: an answer is awaited for less than a claim lasts.
package enum RenewalTimes {
  package static let claimSeconds: Int64 = 45
  package static let answerSeconds: Int64 = 20
  static let claimPoll = Duration.milliseconds(150)
}
