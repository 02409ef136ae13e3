import Model
import Testing

@Suite struct OAuthFactsTests {
  private func service(_ app: AppID) throws -> OAuthService {
    try #require(Catalog.builtIn[app]?.oauth)
  }

  @Test(arguments: [
    "airtable", "docusign", "google_sheets", "bigquery", "hubspot", "mailchimp", "pipedrive",
    "salesforce", "slack", "stripe", "auth0", "http", "zapier",
  ])
  func knowsTheServicesThatHaveTokens(app: String) throws {
    let service = try service(AppID(app))
    for endpoint in service.endpoints where endpoint.text != "{token_endpoint}" {
      #expect(endpoint.text.hasPrefix("https://"))
    }
  }

  @Test func everySetupWithTokensHasAService() {
    for app in Catalog.builtIn.apps.values {
      for setup in app.setups where setup.grant != nil {
        #expect(app.oauth != nil, "\(app.id)")
        for field in app.oauth?.tokenEndpoint?.fields ?? [] {
          #expect(setup[field] != nil, "\(app.id) \(setup.type) \(field)")
        }
        if setup.grant == .authorizationCode {
          #expect(app.oauth?.authorizationEndpoint != nil, "\(app.id)")
        }
      }
    }
  }

  @Test(arguments: [
    ("auth0", "oauth_app", OAuthGrant.clientCredentials),
    ("http", "oauth_client_credentials", .clientCredentials),
    ("bigquery", "oauth_jwt", .jwtBearer), ("slack", "oauth_code", .authorizationCode),
  ])
  func knowsTheGrantOfASetup(app: String, setup: String, grant: OAuthGrant) {
    #expect(Catalog.builtIn[AppID(app)]?.setup(SetupType(setup))?.grant == grant)
  }

  @Test func fillsEndpointsFromTheSetup() throws {
    let endpoint = try #require(try service("auth0").tokenEndpoint)
    #expect(endpoint.fields == ["domain"])
    #expect(
      endpoint.filled { $0 == "domain" ? "acme.eu.auth0.com" : nil }
        == "https://acme.eu.auth0.com/oauth/token")
    #expect(endpoint.filled { _ in nil } == nil)
    #expect(try service("http").tokenEndpoint?.filled { _ in "https://x/y" } == "https://x/y")
  }

  // MARK: Scopes are compared as sets, with a service's aliases

  private static let rules = ScopeRules(
    aliases: ["chat:write:bot": "chat:write", "a": "b", "b": "a"],
    implied: ["admin": ["write"], "write": ["read"]])

  @Test(
    arguments: [
      (["read"], ["read"], [], []),
      (["read"], ["write"], [], ["write"]),
      (["read", "write"], ["admin"], [], ["admin"]),
      (["admin"], ["read"], ["admin"], []),
      (["chat:write"], ["chat:write:bot"], [], []),
      (["chat:write:bot"], ["chat:write"], [], []),
      (["read", "x"], [], ["read", "x"], []),
      ([], ["x"], [], ["x"]),
      (["a"], ["b"], [], []),
    ] as [([String], [String], [String], [String])])
  func comparesScopesByTheirMeaning(
    declared: [String], granted: [String], missing: [String], extra: [String]
  ) {
    let declared = Set(declared.map { Scope($0) })
    let granted = Set(granted.map { Scope($0) })
    #expect(Self.rules.missing(declared, from: granted).map(\.rawValue) == missing)
    #expect(Self.rules.extra(granted, beyond: declared).map(\.rawValue) == extra)
  }

  @Test func aPrefixSaysHowAServiceIsAsked() throws {
    let hubspot = try service("hubspot").scopes
    let asked = hubspot.parameters(["contacts", "optional:deals"])
    #expect(asked.map(\.name) == ["scope", "optional_scope"])
    #expect(asked.map(\.scopes) == [["contacts"], ["deals"]])
    #expect(hubspot.missing(["contacts", "optional:deals"], from: ["contacts"]).isEmpty)
    #expect(hubspot.extra(["contacts", "deals"], beyond: ["contacts", "optional:deals"]).isEmpty)
    #expect(hubspot.granted(asRequested: ["contacts", "optional:deals"]) == ["contacts", "deals"])
    let slack = try service("slack").scopes
    #expect(slack.parameters(["user:search:read"]).map(\.name) == ["user_scope"])
    #expect(slack.parameters(["user:search:read"]).map(\.scopes) == [["search:read"]])
    #expect(slack.areOfTwoTokens(["user:search:read", "chat:write"]))
    #expect(!slack.areOfTwoTokens(["user:search:read"]) && !slack.areOfTwoTokens(["chat:write"]))
    // To any other service, these are names like others.
    #expect(
      Self.rules.parameters(["user:a", "optional:b"]).map(\.scopes) == [["user:a", "optional:b"]])
  }

  @Test func sameScopesUnderOtherNamesAreNoChange() {
    #expect(Self.rules.areSame(["chat:write:bot", "x"], ["x", "chat:write"]))
    #expect(!Self.rules.areSame(["admin"], ["admin", "read"]))
  }
}
