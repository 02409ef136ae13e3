import Diagnostics
import Model
import Planning
import TestSupport
import Testing

/// Secrets that stay the same and would be sent somewhere else: by pairs of message and destination.
@Suite struct RedirectTests {
  /// An app with an address in its setup, one that is a secret, and a service with endpoints.
  private static func catalog(
    endpoint: EndpointTemplate = "https://id.example.com/token", format: ValueFormat? = .hostName
  ) -> Catalog {
    Catalog([
      App(
        id: "crm", name: "CRM",
        setups: [
          SetupShape(
            type: "key",
            fields: [
              FieldShape("host", ValueConstraint(format: format)), FieldShape("note"),
              FieldShape("token", secret: true), FieldShape("other", secret: true),
            ]),
          SetupShape(
            type: "hidden",
            fields: [
              FieldShape("url", secret: true, ValueConstraint(format: .httpsURL)),
              FieldShape("token", secret: true),
            ]),
          SetupShape(
            type: "machine",
            fields: [FieldShape("client_id"), FieldShape("client_secret", secret: true)],
            grant: .clientCredentials),
        ], oauth: OAuthService(token: endpoint)),
      App(
        id: "mail", name: "Mail",
        setups: [SetupShape(type: "key", fields: [FieldShape("token", secret: true)])]),
    ])
  }

  /// One state of a connection, with the catalog that it is read with.
  private struct State {
    var app: AppID = "crm"
    var setup: SetupType = "key"
    var fields: [FieldName: FieldValue]
    var catalog = RedirectTests.catalog()

    func desired(_ name: String = "it") throws -> DesiredConnection {
      let setup = DesiredSetup(type: setup, fields: fields)
      return DesiredConnection(
        name: try #require(ConnectionName(name)), app: app, setup: setup,
        destinations: catalog[app]?.destinations(of: setup) ?? [], origin: Scenario.location)
    }

    func record(isOfPreviousFormat: Bool = false) throws -> AppliedRecord {
      let desired = try desired()
      return AppliedRecord(
        storeID: "id", version: "1", app: app, setupType: setup,
        fields: fields.mapValues { value in
          switch value {
          case .plain(let value): .plain(value)
          case .sealed(let message):
            .sealed(ciphertext: message.digest, value: "v", version: nil)
          }
        }, destinations: isOfPreviousFormat ? nil : desired.destinations,
        provenance: Provenance(
          who: "ann", at: Timestamp(milliseconds: 0), toolVersion: "0", commit: nil))
    }

    func actual() throws -> ActualConnection {
      ActualConnection(
        id: "id", name: try desired().name, app: app, setupType: setup,
        fields: fields.mapValues { value in
          switch value {
          case .plain(let value): .plain(value)
          case .sealed: .secret(version: nil)
          }
        }, version: "1", updatedAt: Timestamp(milliseconds: 0))
    }
  }

  private func keyed(
    host: String = "api.example.com", token: UInt8 = 1, other: UInt8 = 2
  ) throws -> State {
    State(fields: [
      "host": .plain(.string(host)), "note": .plain(.string("a.note")),
      "token": .sealed(try message(token)), "other": .sealed(try message(other)),
    ])
  }

  private func machine(at endpoint: EndpointTemplate) throws -> State {
    State(
      setup: "machine",
      fields: [
        "client_id": .plain(.string("robot")), "client_secret": .sealed(try message(1)),
      ], catalog: Self.catalog(endpoint: endpoint))
  }

  private func hidden(url: UInt8, token: UInt8 = 1) throws -> State {
    State(
      setup: "hidden",
      fields: ["url": .sealed(try message(url)), "token": .sealed(try message(token))])
  }

  private func plan(
    _ now: State, applied: State?, base: State? = nil, isOfPreviousFormat: Bool = false,
    comparisons: [FieldName: SecretComparison] = [:], allowing: Bool = false,
    proposed: Set<Destination> = []
  ) throws -> Plan {
    let desired = try now.desired()
    var options = PlanningOptions(store: "test")
    if allowing { options.allowedRedirects = [desired.name] }
    return Planner(
      PlanningInput(
        desired: [desired],
        snapshot: Snapshot(
          actual: try applied.map { [desired.name: try $0.actual()] } ?? [:],
          applied: try applied.map {
            [desired.name: try $0.record(isOfPreviousFormat: isOfPreviousFormat)]
          } ?? [:]),
        catalog: now.catalog,
        comparisons: Dictionary(
          uniqueKeysWithValues: comparisons.map { (FieldAddress(desired.name, $0.key), $0.value) }),
        options: options, base: try base.map { [try $0.desired()] } ?? [],
        proposed: proposed.isEmpty ? [:] : [desired.name: proposed])
    ).plan()
  }

  private func redirect(_ plan: Plan) -> Diagnostic? {
    plan.findings.first { $0.kind == .redirect }?.diagnostic
  }

  // MARK: In a plan

  @Test func anAddressInTheSetup() throws {
    let plan = try plan(try keyed(host: "evil.example.com"), applied: try keyed())
    let found = try #require(redirect(plan))
    #expect(found.message.contains("`evil.example.com`"))
    #expect(found.notes.first == "secrets: `other`, `token`")
    #expect(found.notes.last == "so far they are sent to `api.example.com`")
    #expect(
      plan.changes.first?.details.last
        == .destinations(added: ["evil.example.com"], removed: ["api.example.com"]))
  }

  @Test func anEndpointOfTheApp() throws {
    let plan = try plan(
      try machine(at: "https://evil.example.com/token"),
      applied: try machine(at: "https://id.example.com/token"))
    #expect(redirect(plan)?.message.contains("`evil.example.com`") == true)
    #expect(plan.changes.first?.action == .record("id", at: "1"), "only the record has it")
  }

  @Test func anotherPathOfTheSameHostIsNone() throws {
    let plan = try plan(
      try machine(at: "https://ID.example.com:443/v2/token"),
      applied: try machine(at: "https://id.example.com/token"))
    #expect(redirect(plan) == nil && plan.changes.isEmpty)
  }

  @Test func anotherPortIsAnotherDestination() throws {
    let plan = try plan(
      try machine(at: "https://id.example.com:8443/token"),
      applied: try machine(at: "https://id.example.com/token"))
    #expect(redirect(plan)?.message.contains("`id.example.com:8443`") == true)
  }

  /// The author knows the new values.
  @Test func newSecretsMayGoAnywhere() throws {
    let plan = try plan(
      try keyed(host: "new.example.com", token: 11, other: 12), applied: try keyed(),
      comparisons: ["token": .different])
    #expect(redirect(plan) == nil)
  }

  @Test func aValueThatWasOnlySealedAgainIsTheSameSecret() throws {
    let plan = try plan(
      try keyed(host: "evil.example.com", token: 11, other: 12), applied: try keyed(),
      comparisons: ["token": .same, "other": .different])
    #expect(redirect(plan)?.notes.first == "secrets: `token`")
  }

  /// A reviewer has no key, and the address is what an attacker would change.
  @Test func withoutAKeyAValueThatWasSealedAgainMayBeTheSame() throws {
    func possible(
      _ now: State, _ before: State, _ comparisons: [FieldName: SecretComparison] = [:],
      allowing: Bool = false
    ) throws -> Diagnostic? {
      let plan = try plan(now, applied: before, comparisons: comparisons, allowing: allowing)
      #expect(redirect(plan) == nil)
      return plan.findings.first { $0.kind == .undecided && $0.diagnostic.code == .redirected }?
        .diagnostic
    }
    let moved = try keyed(host: "evil.example.com", token: 11, other: 12)
    let found = try #require(try possible(moved, try keyed()))
    #expect(found.message.contains("`evil.example.com`"))
    #expect(found.notes.first == "secrets: `other`, `token`")
    #expect(found.notes.last == "so far they are sent to `api.example.com`")
    #expect(
      try possible(moved, try keyed(), ["token": .different])?.notes.first == "secrets: `other`")
    #expect(try possible(moved, try keyed(), ["token": .different, "other": .different]) == nil)
    #expect(try possible(moved, try keyed(), allowing: true) == nil)
    // All that was sealed again alone stays where it was, sealed addresses too.
    #expect(try possible(try keyed(token: 11, other: 12), try keyed()) == nil)
    #expect(try possible(try hidden(url: 9, token: 11), try hidden(url: 5)) == nil)
  }

  /// A branch may change what its own app says of a field.
  @Test func aFieldThatWasAnAddressStaysOne() throws {
    var now = try keyed(host: "evil.example.com")
    now.catalog = Self.catalog(format: nil)
    #expect(redirect(try plan(now, applied: try keyed())) != nil)
  }

  @Test func aSealedAddressIsComparedByItsMessage() throws {
    let found = redirect(try plan(try hidden(url: 9), applied: try hidden(url: 5)))
    #expect(found?.message.contains("where the sealed value of `url` says") == true)
    #expect(found?.notes.first == "secrets: `token`")
    let same = try plan(
      try hidden(url: 9), applied: try hidden(url: 5), comparisons: ["url": .same])
    #expect(redirect(same) == nil)
    #expect(redirect(try plan(try hidden(url: 5), applied: try hidden(url: 5))) == nil)
  }

  @Test func anotherAppGetsTheSameSecret() throws {
    let now = State(app: "mail", fields: ["token": .sealed(try message(1))])
    let found = redirect(try plan(now, applied: try keyed()))
    #expect(found?.message.contains("the service of app `mail`") == true)
  }

  @Test func anEnvironmentSendsTheSecretOfTheBaseSomewhereElse() throws {
    let overlaid = try keyed(host: "evil.example.com")
    #expect(redirect(try plan(overlaid, applied: nil, base: try keyed())) != nil, "a new one")
    let own = try keyed(host: "evil.example.com", token: 11, other: 12)
    #expect(redirect(try plan(own, applied: nil, base: try keyed())) == nil, "its own secrets")
    #expect(
      redirect(try plan(overlaid, applied: own, base: try keyed())) != nil,
      "it had secrets of its own before")
    #expect(
      redirect(try plan(overlaid, applied: overlaid, base: try keyed())) == nil,
      "that was allowed once")
  }

  @Test func tokensGoWhereTheyWereIssued() throws {
    func machine(_ endpoint: EndpointTemplate, secret: UInt8) throws -> State {
      var state = try self.machine(at: endpoint)
      state.fields["client_secret"] = .sealed(try message(secret))
      return state
    }
    let now = try machine("https://evil.example.com/token", secret: 9)
    let found = redirect(
      try plan(now, applied: try machine("https://id.example.com/token", secret: 1)))
    #expect(found?.notes.first == "secrets: tokens")
  }

  @Test func aProposalOfABranchFailsToo() throws {
    let state = try keyed()
    let found = redirect(try plan(state, applied: state, proposed: ["evil.example.com"]))
    #expect(found?.message.contains("`evil.example.com`") == true)
  }

  /// A record of the previous format gets its destinations; what it says itself is compared.
  @Test func aRecordWithoutDestinations() throws {
    let state = try keyed()
    let same = try plan(state, applied: state, isOfPreviousFormat: true)
    #expect(redirect(same) == nil)
    #expect(same.changes.map(\.action) == [.record("id", at: "1")])
    #expect(same.changes.first?.details == [.destinations(added: ["api.example.com"], removed: [])])
    let moved = try plan(
      try keyed(host: "evil.example.com"), applied: state, isOfPreviousFormat: true)
    #expect(redirect(moved) != nil)
  }

  @Test func anAllowedRedirectIsShownAndDoesNotFail() throws {
    let plan = try plan(
      try keyed(host: "new.example.com"), applied: try keyed(), allowing: true)
    #expect(plan.findings.map(\.kind) == [.allowedRedirect])
    #expect(plan.allowedRedirects.map(\.rawValue) == ["it"])
  }

  /// It has no secret besides that could be sent there.
  @Test func aWebhookIsNoDestinationOfItself() throws {
    let app = try #require(Catalog.builtIn["slack"])
    let setup = DesiredSetup(type: "webhook", fields: ["url": .sealed(try message(1))])
    #expect(app.destinations(of: setup).isEmpty)
  }

  /// An identifier of a service is no address.
  @Test func anAudienceIsNoDestination() throws {
    let app = try #require(Catalog.builtIn["auth0"])
    let setup = DesiredSetup(
      type: "oauth_app",
      fields: [
        "domain": .plain(.string("Acme.eu.auth0.com")),
        "audience": .plain(.string("https://api.example.com/")),
        "client_id": .plain(.string("a.b.c")),
      ])
    #expect(app.destinations(of: setup) == ["acme.eu.auth0.com"])
  }

  @Test(arguments: [
    ("https://a.example.com", "a.example.com"), ("HTTPS://A.example.com.:443/x", "a.example.com"),
    ("http://127.0.0.1:80/", "127.0.0.1"), ("https://u:p@b.example.com:1/?q", "b.example.com:1"),
    ("https://good.example.com\\@b.example.com/", "good.example.com"),
    ("https://[::1]:9/", "[::1]:9"), ("ftp://a", nil), ("https://", nil), ("hello", nil),
  ])
  func hostsOfURLs(url: String, host: String?) {
    #expect(Destination(url: url)?.rawValue == host)
  }

  // MARK: In a diff

  private func diff(
    _ old: [String?: State], _ new: [String?: State],
    comparisons: [MessagePair: SecretComparison] = [:]
  ) throws -> ProjectDiff {
    func project(_ states: [String?: State]) throws -> DeclaredProject {
      DeclaredProject(
        connections: try states.mapValues { [try $0.desired()] },
        catalog: states.values.first?.catalog ?? Self.catalog())
    }
    return ProjectDiffBuilder(from: try project(old), to: try project(new))
      .diff(comparisons: comparisons)
  }

  @Test func aDiffComparesPairsOverAllEnvironments() throws {
    let (good, evil) = (try keyed(), try keyed(host: "evil.example.com"))
    #expect(try diff([nil: good], [nil: good]).redirects.isEmpty)
    #expect(try diff([nil: good], [nil: evil]).redirects.count == 1)
    #expect(
      try diff([nil: good], [nil: good, "dev": evil]).redirects.map(\.environment) == ["dev"],
      "the overlay of a new environment")
    #expect(
      try diff([nil: good, "dev": evil], [nil: good, "dev": evil, "new": evil]).redirects.isEmpty,
      "it went there before")
    #expect(
      try diff([nil: good, "dev": good], [nil: evil, "dev": evil]).redirects.count == 1,
      "what the base and an environment share is listed once")
    #expect(
      try diff([:], [nil: good, "dev": evil]).redirects.map(\.environment) == ["dev"],
      "an environment is compared with the base of the same state")
    #expect(try diff([:], [nil: good]).redirects.isEmpty, "a new connection")
  }

  @Test func aDiffShowsAnEndpointThatOnlyTheProjectFileChanges() throws {
    let diff = try diff(
      [nil: try machine(at: "https://id.example.com/token")],
      [nil: try machine(at: "https://evil.example.com/token")])
    #expect(
      diff.connections.first?.details
        == [
          .declared(.destinations(added: ["evil.example.com"], removed: ["id.example.com"]))
        ])
    let finding = try #require(diff.findings(keyOwners: [:]).first)
    #expect(finding.kind == .redirect && finding.diagnostic.code == .redirected)
  }

  @Test func aDiffComparesSealedAddresses() throws {
    let (old, new) = (try hidden(url: 5), try hidden(url: 9))
    #expect(try diff([nil: old], [nil: new]).redirects.count == 1)
    let pair = MessagePair(old: try message(5).digest, new: try message(9).digest)
    #expect(try diff([nil: old], [nil: new], comparisons: [pair: .same]).redirects.isEmpty)
  }

  /// It is another message of the same value: whoever gets it gets the secret.
  @Test func aDiffKnowsASecretThatWasSealedAgain() throws {
    let old = try keyed()
    let new = try keyed(host: "evil.example.com", token: 11, other: 12)
    let unknown = try diff([nil: old], [nil: new])
    #expect(unknown.redirects.map(\.isCertain) == [false])
    #expect(unknown.redirects.first?.redirect.secrets == ["other", "token"])
    let finding = try #require(unknown.findings(keyOwners: [:]).first { $0.kind == .undecided })
    #expect(finding.diagnostic.code == .redirected)
    #expect(
      finding.diagnostic.message
        == "secrets of `it` that may be unchanged would be sent to `evil.example.com`")
    #expect(finding.diagnostic.notes.last == "so far they are sent to `api.example.com`")
    let pair = MessagePair(old: try message(1).digest, new: try message(11).digest)
    let found = try diff([nil: old], [nil: new], comparisons: [pair: .same]).redirects
    #expect(found.map(\.redirect.secrets) == [["token"], ["other"]])
    #expect(found.map(\.isCertain) == [true, false])
    let other = MessagePair(old: try message(2).digest, new: try message(12).digest)
    #expect(
      try diff([nil: old], [nil: new], comparisons: [pair: .different, other: .different])
        .redirects.isEmpty, "new values may go anywhere")
  }
}
