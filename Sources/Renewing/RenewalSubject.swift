package import Model
package import Secrets
package import Tokens

/// A connection that obtains tokens, as the store has it.
package struct RenewalSubject: Sendable {
  package let name: ConnectionName
  package let grant: OAuthGrant
  package let service: OAuthService
  package let plain: [FieldName: PlainValue]
  /// The connection's own version.
  package let version: StoreVersion
  /// The scopes that it was last applied with; `nil` if none were declared.
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

  /// A connection of a store; `nil` if its setup obtains no tokens, or lacks a field for it.
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
  package func client(_ secrets: [FieldName: SecretBytes]) throws(TokenError) -> Client {
    try Client(grant, service, plain: plain, secrets: secrets)
  }

  /// `nil` if the setup seals the client's id.
  package var clientIdentity: ClientIdentity? { ClientIdentity(grant, service) { plain[$0]?.text } }

  /// The decision, made without a key.
  package func decision(
    _ record: TokenRecord?, rule: RenewalRule, now: Timestamp, isForced: Bool = false
  ) -> RenewalDecision {
    RenewalCase(
      connection: name, record: record, grant: grant, service: service,
      client: clientIdentity ?? record?.client ?? ClientIdentity(id: "", digest: ""),
      version: version,
      declared: declared, rule: rule
    ).decision(now: now, isForced: isForced)
  }
}
