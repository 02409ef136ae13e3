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
  /// The hosts that it was last applied with; `nil` if its record does not say, or there is none.
  package let destinations: Set<Destination>?

  package init(
    name: ConnectionName, grant: OAuthGrant, service: OAuthService,
    plain: [FieldName: PlainValue], version: StoreVersion, declared: Set<Scope>?,
    destinations: Set<Destination>?
  ) {
    self.name = name
    self.grant = grant
    self.service = service
    self.plain = plain
    self.version = version
    self.declared = declared
    self.destinations = destinations
  }

  /// A connection of a store; `nil` if its setup is empty, or is used as it is.
  ///
  /// - Throws: why tokens that it has cannot be renewed here.
  package init?(
    _ actual: ActualConnection, applied: AppliedRecord?, catalog: Catalog
  ) throws(TokenError) {
    if actual.unseen == .setup { throw .local(Self.recordLost) }
    guard let app = catalog[actual.app] else {
      throw .local("its app `\(actual.app)` is not defined here")
    }
    guard let type = actual.setupType else { return nil }
    guard let shape = app.setup(type) else {
      throw .local("its app `\(actual.app)` has no setup `\(type)`")
    }
    guard let grant = shape.grant else { return nil }
    guard let service = app.oauth else {
      throw .local("its app `\(actual.app)` defines no `oauth:`")
    }
    let missing = shape.missing(from: actual.fields.keys)
    if !missing.isEmpty {
      let names = missing.map { "`\($0)`" }.joined(separator: ", ")
      throw .local(actual.unseen == nil ? "its setup lacks \(names)" : Self.setupUnreadable)
    }
    self.init(
      name: actual.name, grant: grant, service: service.filled(from: applied?.destinations ?? []),
      plain: actual.fields.compactMapValues { field in
        if case .plain(let value) = field { value } else { nil }
      }, version: actual.version, declared: applied?.scopes,
      destinations: applied?.destinations)
  }

  /// The client, with the setup's opened fields. It sends nothing to a host that was not applied.
  ///
  /// - Parameter record: of its tokens. If the hosts that were applied are not known, only the client
  ///   that obtained these tokens before is the same as ever.
  package func client(
    _ secrets: [FieldName: SecretBytes], record: TokenRecord?
  ) throws(TokenError) -> Client {
    let client = try Client(
      grant, service, plain: plain, secrets: secrets, destinations: destinations)
    if destinations == nil, client.identity != record?.client {
      throw .local(Self.notAppliedYet)
    }
    return client
  }

  /// `nil` if the setup seals the client's id.
  package var clientIdentity: ClientIdentity? { ClientIdentity(grant, service) { plain[$0]?.text } }

  private static let recordLost =
    "another tool replaced it in the store, and nothing there says how it is set up"

  private static let setupUnreadable =
    "another tool changed its setup, and it cannot be read here"

  private static let notAppliedYet =
    "the hosts that its credentials may be sent to were not applied yet"

  private static let notDiscoveredYet =
    "the endpoints that its issuer names were not applied yet: vaultctl apply"

  /// The host of its token endpoint; `nil` if it is not known yet, or is none.
  package var tokenHost: Destination? {
    service.tokenEndpoint?.filled { plain[$0]?.text }.flatMap { Destination(url: $0) }
  }

  /// Why no token may be requested; `nil` as far as that can be known without a key.
  private func obstacle(_ record: TokenRecord?) -> String? {
    guard let destinations else {
      return clientIdentity.map { $0 == record?.client } ?? true ? nil : Self.notAppliedYet
    }
    if service.tokenEndpoint == nil { return Self.notDiscoveredYet }
    guard let host = tokenHost, !destinations.contains(host) else { return nil }
    return "the token endpoint is at `\(host)`, which is not a host that was applied"
  }

  /// The state of its tokens.
  package func state(
    _ record: TokenRecord?, rule: RenewalRule, now: Timestamp
  ) -> ConnectionState {
    record?.state(
      of: name, client: clientIdentity, declared: declared, rules: service.scopes, rule: rule,
      now: now) ?? .unauthorized
  }

  /// The decision, made without a key.
  package func decision(
    _ record: TokenRecord?, rule: RenewalRule, now: Timestamp, isForced: Bool = false
  ) -> RenewalDecision {
    if let obstacle = obstacle(record) { return .stopped(.local(obstacle)) }
    return RenewalCase(
      connection: name, record: record, grant: grant, service: service,
      client: clientIdentity ?? record?.client ?? ClientIdentity(id: "", digest: ""),
      version: version,
      declared: declared, rule: rule
    ).decision(now: now, isForced: isForced)
  }
}
