import Diagnostics
import Model
import Planning
import Testing

private let now = Timestamp(milliseconds: 1_790_000_000_000)
private let origin = ConnectionOrigin(
  file: "connections/it.yaml", name: SourceRange(at: .start), app: SourceRange(at: .start))
private let rules = ScopeRules(
  aliases: ["chat:write:bot": "chat:write"], implied: ["admin": ["read"]])

/// A connection with tokens, its record, and what was granted.
private struct TokenScenario {
  var grant = OAuthGrant.authorizationCode
  var declared: Set<Scope>? = ["read"]
  var before: Set<Scope>? = ["read"]
  var granted: Set<Scope>? = ["read"]
  var clientID = "flows"
  var record: TokenRecord?
  var flows: [Flow] = []

  init(grant: OAuthGrant = .authorizationCode) {
    self.grant = grant
    let refresh = RefreshMetadata(consentedAt: now, usedAt: now)
    record = TokenRecord(
      client: ClientIdentity(grant, service) { $0 == "client_id" ? "flows" : nil }
        ?? ClientIdentity(id: "", digest: ""),
      grant: grant, requested: ["read"],
      tokens: TokenMetadata(
        attempt: "a", issuedAt: now, expiry: .at(now.adding(seconds: 3600)), granted: ["read"],
        refresh: grant.needsPerson ? refresh : nil, verifiedAt: now))
  }

  private var service: OAuthService {
    OAuthService(token: "https://id.example.com/token", scopes: rules)
  }

  func planned(at time: Timestamp = now) throws -> Plan {
    let name = try #require(ConnectionName("it"))
    let catalog = Catalog([
      App(
        id: "crm", name: "CRM",
        setups: [
          SetupShape(type: "oauth", fields: [FieldShape("client_id")], grant: grant)
        ], actions: [FlowAction("post", scopes: ["write"])], oauth: service)
    ])
    let desired = DesiredConnection(
      name: name, app: "crm",
      setup: DesiredSetup(type: "oauth", fields: ["client_id": .plain(.string(clientID))]),
      scopes: declared, origin: origin)
    let fields: [FieldName: PlainValue] = ["client_id": .string("flows")]
    let actual = ActualConnection(
      id: "id", name: name, app: "crm", setupType: "oauth",
      fields: fields.mapValues { .plain($0) }, grantedScopes: granted, version: "1",
      updatedAt: now)
    let applied = AppliedRecord(
      storeID: "id", version: "1", app: "crm", setupType: "oauth",
      fields: fields.mapValues { .plain($0) }, scopes: before,
      provenance: Provenance(who: "ann", at: now, toolVersion: "0", commit: nil))
    return Planner(
      PlanningInput(
        desired: [desired], snapshot: Snapshot(actual: [name: actual], applied: [name: applied]),
        catalog: catalog, flows: flows,
        tokens: TokenOverview(
          records: record.map { [name: $0] } ?? [:], rule: .standard, now: time))
    ).plan()
  }
}

@Suite struct TokenPlanTests {
  @Test func validTokensAreNotReported() throws {
    let plan = try TokenScenario().planned()
    #expect(plan.findings.isEmpty && plan.changes.isEmpty)
  }

  @Test func tokensThatOnlyAPersonCanObtainAreReported() throws {
    var without = TokenScenario()
    without.record = nil
    let finding = try #require(try without.planned().findings.first)
    #expect(finding.kind == .needsAuthorization)
    #expect(finding.diagnostic.message.hasSuffix("was never authorized"))
  }

  // MARK: Declared, granted, required, each apart

  @Test func reportsScopesThatAreDeclaredAndNotGranted() throws {
    var scenario = TokenScenario()
    scenario.declared = ["read", "write"]
    scenario.before = ["read", "write"]
    scenario.record?.requested = ["read", "write"]
    scenario.flows = [
      Flow(
        name: "Signup", file: "flows/signup.json",
        steps: [
          FlowStep(
            app: "crm", action: "post", connection: "it", location: .file("flows/signup.json"))
        ])
    ]
    let finding = try #require(try scenario.planned().findings.first)
    #expect(finding.kind == .scopeDrift && finding.diagnostic.code == .scopeMissing)
    #expect(finding.diagnostic.message == "`it` was not granted `write`")
    #expect(
      finding.diagnostic.notes == ["without `write`, crm.post of flow `Signup` fails"])
    #expect(
      finding.diagnostic.help == ["authorize it for the declared scopes: vaultctl authorize it"])
  }

  @Test func reportsScopesThatAreGrantedAndNotDeclared() throws {
    var scenario = TokenScenario()
    scenario.granted = ["read", "delete"]
    #expect(try scenario.planned().codes == [.scopeExtra])
    // Whoever declares a scope has what it gives.
    scenario.declared = ["admin"]
    scenario.before = ["admin"]
    scenario.record?.requested = ["admin"]
    scenario.granted = ["admin", "read"]
    #expect(try scenario.planned().codes == [])
  }

  @Test func anotherSpellingIsNoDrift() throws {
    var scenario = TokenScenario()
    scenario.declared = ["chat:write"]
    scenario.before = ["chat:write"]
    scenario.granted = ["chat:write:bot"]
    scenario.record?.requested = ["chat:write:bot"]
    #expect(try scenario.planned().findings.isEmpty)
  }

  @Test func reportsScopesThatAFlowNeedsAndNoManifestDeclares() throws {
    var scenario = TokenScenario()
    scenario.flows = [
      Flow(
        name: "Signup", file: "flows/signup.json",
        steps: [
          FlowStep(
            app: "crm", action: "post", connection: "it", location: .file("flows/signup.json"))
        ])
    ]
    #expect(try scenario.planned().codes == [.scopeRequired])
  }

  @Test func reportsScopesThatARefreshRemoved() throws {
    var scenario = TokenScenario()
    scenario.record?.tokens?.narrowed = ["write"]
    let finding = try #require(try scenario.planned().findings.first)
    #expect(finding.diagnostic.code == .scopeNarrowed && finding.kind == .scopeDrift)
  }

  // MARK: Other scopes, another client

  @Test(arguments: [
    (OAuthGrant.authorizationCode, Reauthorization.byPerson),
    (.clientCredentials, .byItself), (.jwtBearer, .byItself),
  ])
  func otherScopesReauthorize(grant: OAuthGrant, who: Reauthorization) throws {
    var scenario = TokenScenario(grant: grant)
    scenario.declared = ["read", "write"]
    let change = try #require(try scenario.planned().changes.first)
    #expect(change.details.contains(.reauthorize(who)))
    // Once it is applied it is no change any more, whatever came of it.
    scenario.before = ["read", "write"]
    let later = try scenario.planned()
    #expect(later.changes.isEmpty)
    guard grant.needsPerson else { return }
    let need = try #require(
      later.findings.first { $0.diagnostic.code == .needsAuthorization }?.diagnostic)
    #expect(need.notes.first == "the declared scopes changed since consent")
    #expect(need.notes.last?.contains("the previous consent are renewed") == true)
    // It is missing, whatever else is wrong.
    scenario.record?.attempts = 1
    scenario.record?.history = [TokenFailure(at: now, reason: "busy")]
    #expect(
      Set(try scenario.planned().codes).isSuperset(of: [.renewalFailed, .needsAuthorization]))
  }

  @Test func anotherClientReauthorizes() throws {
    var scenario = TokenScenario()
    scenario.clientID = "other"
    let change = try #require(try scenario.planned().changes.first)
    #expect(change.details.contains(.reauthorize(.byPerson)))
  }

  @Test func scopesOfAConnectionWithoutTokensReauthorizeNothing() throws {
    var scenario = TokenScenario()
    scenario.declared = ["read", "write"]
    scenario.record = nil
    let change = try #require(try scenario.planned().changes.first)
    #expect(change.details == [.scopes(added: ["write"], removed: [])])
  }

  // MARK: Before an expiry as well as after it

  @Test(
    arguments: [
      (6 * 86_400, Severity.info), (3600, .warning),
    ] as [(Int64, Severity)])
  func reportsAnExpiryThatIsNear(seconds: Int64, severity: Severity) throws {
    var scenario = TokenScenario()
    scenario.record?.tokens?.refresh = nil
    scenario.record?.tokens?.expiry = .at(now.adding(seconds: seconds))
    let finding = try #require(try scenario.planned().findings.first)
    #expect(finding.diagnostic.code == .tokenEnding && finding.diagnostic.severity == severity)
    #expect(finding.kind == .expiring)
  }

  @Test func theExpiryOfARefreshTokenIsAWarningWithItsDate() throws {
    var scenario = TokenScenario()
    let hard = now.adding(seconds: 5 * 86_400)
    scenario.record?.tokens?.refresh?.hardUntil = hard
    let finding = try #require(try scenario.planned().findings.first)
    #expect(finding.diagnostic.code == .tokenEnding)
    #expect(finding.diagnostic.message.contains("\(hard)"))
    // An idle end is put off by refreshing, and is no news.
    scenario.record?.tokens?.refresh?.hardUntil = nil
    scenario.record?.tokens?.refresh?.idleUntil = hard
    #expect(try scenario.planned().findings.isEmpty)
  }

  @Test func reportsTokensThatDoNotWork() throws {
    var scenario = TokenScenario()
    #expect(try scenario.planned(at: now.adding(seconds: 3600)).codes == [.tokenExpired])
    scenario.record?.attempts = 2
    scenario.record?.history = [TokenFailure(at: now, reason: "the service answered 503")]
    let failing = try #require(try scenario.planned().findings.first)
    #expect(failing.diagnostic.code == .renewalFailed)
    #expect(failing.diagnostic.notes.first == "the service answered 503")
    scenario.record?.stop = .consent(.refused(code: "invalid_grant"))
    let dead = try #require(try scenario.planned().findings.first)
    #expect(dead.diagnostic.code == .needsAuthorization)
    #expect(dead.diagnostic.notes.count == 2)
    scenario.record?.stop = nil
    scenario.record?.attempts = 0
    for (skew, severity) in [(-90, Severity.warning), (61, .warning), (60, .info), (-5, .info)] {
      scenario.record?.tokens?.skewSeconds = Int64(skew)
      let found = try scenario.planned().findings
      #expect(found.map(\.diagnostic.code) == [.clockSkew])
      #expect(found.first?.diagnostic.severity == severity, "\(skew)")
    }
  }

  @Test func reportsALifetimeThatIsTooShort() throws {
    var scenario = TokenScenario(grant: .clientCredentials)
    let issued = try #require(scenario.record?.tokens?.issuedAt)
    scenario.record?.tokens?.expiry = .at(issued)
    let findings = try scenario.planned().findings
    let short = try #require(findings.first { $0.diagnostic.code == .lifetimeTooShort })
    #expect(short.kind == .tokens && short.diagnostic.message.contains("a lifetime of 0 s"))
    scenario.record?.tokens?.expiry = .at(issued.adding(seconds: 3))
    #expect(try !scenario.planned().codes.contains(.lifetimeTooShort))
  }
}
