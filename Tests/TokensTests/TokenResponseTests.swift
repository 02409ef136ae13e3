import HTTP
import Model
import Secrets
import Testing
import Tokens

let sentAt = Timestamp(milliseconds: 1_790_000_000_000)

let anyService = OAuthService(token: "https://id.example.com/token")

func response(
  _ body: String, status: Int = 200, contentType: String? = nil, date: String? = nil,
  retryAfter: String? = nil
) -> RawResponse {
  RawResponse(
    status: status, contentType: contentType, date: date, retryAfter: retryAfter,
    body: Array(body.utf8), sentAt: sentAt, receivedAt: sentAt.adding(seconds: 20))
}

func text(_ secret: SecretBytes?) -> String? {
  secret.map { secret in
    secret.withBytes { span in
      String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    }
  }
}

func fault(_ work: () throws(TokenError) -> Void) -> TokenError? {
  do throws(TokenError) {
    try work()
    return nil
  } catch {
    return error
  }
}

func read(
  _ raw: RawResponse, _ service: OAuthService = anyService, isRefresh: Bool = false
) -> Result<TokenResponse, TokenError> {
  do throws(TokenError) {
    return .success(try TokenResponse.read(raw, service: service, isRefresh: isRefresh))
  } catch {
    return .failure(error)
  }
}

@Suite struct TokenResponseTests {
  // MARK: When a token expires

  private static let hour = TokenExpiry.at(sentAt.adding(seconds: 3600))

  @Test(
    arguments: [
      (#""expires_in": 3600"#, hour),
      (#""expires_in": "3600""#, hour),
      (#""expires_in": 3600.0"#, hour),
      (#""expires_in": 3.6e3"#, hour),
      (#""expires_in": 3600000"#, hour),
      (#""expires_in": "3600000""#, hour),
      (#""expires_in": null, "expires_at": 1790003600"#, hour),
      (#""expires_at": 1790003600000"#, hour),
      (#""expires_at": "1790003600""#, hour),
      (#""expires_at": "2026-09-21T14:13:20Z""#, .at(Timestamp(milliseconds: 1_790_000_000_000))),
      (#""expires_in": 7776000"#, .at(sentAt.adding(seconds: 7_776_000))),
      (#""expires_in": 86400000"#, .at(sentAt.adding(seconds: 86_400))),
      (#""expires_in": 99999999999"#, .at(sentAt.adding(seconds: 315_360_000))),
      (#""expires_in": 1e300"#, .at(sentAt.adding(seconds: 315_360_000))),
      (#""expires_in": 1e308"#, .at(sentAt.adding(seconds: 315_360_000))),
      (#""expires_in": 9223372036854775807"#, .at(sentAt.adding(seconds: 315_360_000))),
      (#""expires_in": 99999999999999999999"#, .at(sentAt.adding(seconds: 315_360_000))),
      (#""expires_in": -9223372036854775808"#, .at(sentAt)),
      (#""expires_in": -1e308"#, .at(sentAt)),
      (#""expires_in": "nan""#, .unknown),
      (#""expires_at": 1e308"#, .at(sentAt.adding(seconds: 315_360_000))),
      (#""expires_at": "9223372036854775807""#, .at(sentAt.adding(seconds: 315_360_000))),
      (#""expires_in": 0"#, .at(sentAt)),
      (#""expires_in": -5"#, .at(sentAt)),
      (#""expires_in": null"#, .unknown),
      (#""expires_in": "soon""#, .unknown),
      (#""expires_in": [3600]"#, .unknown),
      (#""x": 1"#, .unknown),
    ] as [(String, TokenExpiry)])
  func readsExpiresInInEveryForm(member: String, expiry: TokenExpiry) throws {
    let found = try read(response(#"{"access_token": "a", \#(member)}"#)).get()
    #expect(found.expiry == expiry)
  }

  @Test func zeroMeansWhatTheServiceDeclares() throws {
    var service = anyService
    service.lifetime = AccessLifetime(.unknown, zero: .never)
    let found = try read(response(#"{"access_token": "a", "expires_in": 0}"#), service).get()
    #expect(found.expiry == .never)
  }

  @Test func aMissingExpiryIsTheServicesDefaultAndNeverAssumedForEver() throws {
    var service = anyService
    service.lifetime = AccessLifetime(.seconds(1800))
    let plain = #"{"access_token": "a"}"#
    #expect(
      try read(response(plain), service).get().expiry == .at(sentAt.adding(seconds: 1800)))
    service.lifetime = AccessLifetime(.forever)
    #expect(try read(response(plain), service).get().expiry == .never)
    // With rotation switched on, the same service's tokens end.
    let rotating = #"{"access_token": "a", "refresh_token": "r"}"#
    #expect(try read(response(rotating), service).get().expiry == .unknown)
    #expect(try read(response(plain)).get().expiry == .unknown)
  }

  @Test func countsFromBeforeTheRequestAndDetectsClockSkew() throws {
    let body = #"{"access_token": "a", "expires_in": 60}"#
    let late = try read(response(body, date: "Mon, 21 Sep 2026 14:15:20 GMT")).get()
    // By the service's clock, whatever ours says.
    #expect(late.issuedAt == sentAt.adding(seconds: 100))
    #expect(late.expiry == .at(sentAt.adding(seconds: 160)))
    // The answer was there after 20 s.
    #expect(late.skewSeconds == 100)
    let behind = try read(response(body, date: "Mon, 21 Sep 2026 14:12:20 GMT")).get()
    #expect(behind.skewSeconds == -60 && behind.expiry == .at(sentAt))
    // A slow answer is no wrong clock.
    let slow = try read(response(body, date: "Mon, 21 Sep 2026 14:13:35 GMT")).get()
    #expect(slow.skewSeconds == nil && slow.expiry == .at(sentAt.adding(seconds: 60)))
    #expect(try read(response(body, date: "yesterday")).get().skewSeconds == nil)
  }

  // MARK: Refresh tokens

  @Test func distinguishesANewRefreshTokenFromNone() throws {
    let other = try read(response(#"{"access_token": "a", "refresh_token": "r2"}"#)).get()
    #expect(text(other.refresh) == "r2")
    for none in [#"{"access_token": "a"}"#, #"{"access_token": "a", "refresh_token": null}"#] {
      #expect(try read(response(none)).get().refresh == nil)
    }
    #expect(
      try read(response(#"{"access_token": "a", "refresh_token": ""}"#)).get().refresh == nil)
  }

  // MARK: Forms of a response

  @Test func readsAForm() throws {
    let found = try read(
      response("access_token=gho_1%2B2&scope=repo%2Cuser&token_type=bearer&expires_in=3600")
    ).get()
    #expect(text(found.access) == "gho_1+2")
    #expect(found.granted == ["repo", "user"])
    #expect(found.expiry == Self.hour)
  }

  @Test func readsTextsAsJSONHasThem() throws {
    let found = try read(
      response(#" { "access_token" : "\u0061\n\"\\\/\ud83d\ude00é" , "more": [1, {"x": true}] } "#)
    ).get()
    #expect(text(found.access) == "a\n\"\\/😀é")
  }

  @Test(arguments: [
    "", "{", "[]", "{}", #"{"access_token": 5}"#, #"{"access_token": ""}"#, "<html>no</html>",
    #"{"access_token": "a"#, #"{"access_token": "\ud83d"}"#, #"{"access_token": "a"} x"#,
    "not a form", #"{"access_token": null}"#,
    String(repeating: "[", count: 5000),
  ])
  func aResponseWithoutATokenIsAnError(body: String) {
    guard case .failure(.unspecified) = read(response(body)) else {
      Issue.record("\(body.prefix(40))")
      return
    }
  }

  @Test(arguments: [
    (200, #"{"error": "invalid_grant"}"#), (200, "error=bad_refresh_token&error_description=x"),
    (400, #"{"error": "invalid_grant", "error_description": "x"}"#),
    (401, #"{"error": {"code": "invalid_grant"}}"#),
    (200, #"{"ok": false, "error": "token_revoked"}"#),
    (400, #"{"status": "BAD_REFRESH_TOKEN", "message": "x"}"#),
  ])
  func findsErrorsWhateverTheStatus(status: Int, body: String) {
    var service = anyService
    service.refresh.invalidGrantCodes = ["BAD_REFRESH_TOKEN", "token_revoked"]
    guard case .failure(.consent(.refused)) = read(response(body, status: status), service) else {
      Issue.record("\(body)")
      return
    }
  }

  // MARK: Scopes

  @Test(
    arguments: [
      (#""scope": "a b""#, "scope", ["a", "b"]), (#""scope": "a,b""#, "scope", ["a", "b"]),
      (#""scope": ["a", "b"]"#, "scope", ["a", "b"]),
      (#""scopes": ["a", "b"]"#, "scopes", ["a", "b"]),
      (#""authed_user": {"scope": "a,b"}"#, "authed_user.scope", ["a", "b"]),
      (#""scope": """#, "scope", []),
    ] as [(String, String, [String])])
  func readsGrantedScopes(member: String, path: String, scopes: [String]) throws {
    var service = anyService
    service.scopes.grantedMember = path
    let found = try read(response(#"{"access_token": "a", \#(member)}"#), service).get()
    #expect(found.granted == Set(scopes.map { Scope($0) }))
  }

  // MARK: Tokens of a person's own

  private static let appAlone =
    #"{"ok": true, "access_token": "xoxb", "token_type": "bot", "scope": "chat:write"}"#
  private static let userAlone =
    #"{"ok": true, "authed_user": {"id": "U1", "scope": "search:read,users:read", "access_token": "xoxp", "#
    + #""refresh_token": "xoxe", "expires_in": 43200, "token_type": "user"}}"#
  private static let userRenewed =
    #"{"ok": true, "access_token": "xoxp2", "refresh_token": "xoxe2", "expires_in": 43200, "#
    + #""token_type": "user", "scope": "search:read"}"#
  private static let both =
    #"{"ok": true, "access_token": "xoxb", "token_type": "bot", "scope": "chat:write", "#
    + #""authed_user": {"scope": "search:read", "access_token": "xoxp"}}"#

  @Test(
    arguments: [
      (appAlone, "xoxb", nil, ["chat:write"]),
      (userAlone, "xoxp", "xoxe", ["user:search:read", "user:users:read"]),
      (userRenewed, "xoxp2", "xoxe2", ["user:search:read"]),
      (both, "xoxb", nil, ["chat:write"]),
    ] as [(String, String, String?, [String])])
  func readsTheTokenThatWasRequested(
    body: String, access: String, refresh: String?, scopes: [String]
  ) throws {
    let slack = try #require(Catalog.builtIn["slack"]?.oauth)
    let found = try read(response(body), slack).get()
    #expect(text(found.access) == access && text(found.refresh) == refresh)
    #expect(found.granted == Set(scopes.map { Scope($0) }))
    #expect(found.expiry == (refresh == nil ? .never : .at(sentAt.adding(seconds: 43_200))))
  }

  @Test func aResponseWithoutAnyTokenIsNone() throws {
    let slack = try #require(Catalog.builtIn["slack"]?.oauth)
    for body in [#"{"ok": true}"#, #"{"ok": true, "authed_user": {"id": "U1"}}"#] {
      #expect(throws: TokenError.self) { try read(response(body), slack).get() }
    }
  }

  @Test(arguments: [#""scope": null"#, #""x": 1"#])
  func absentScopesAreNotEmptyScopes(member: String) throws {
    #expect(try read(response(#"{"access_token": "a", \#(member)}"#)).get().granted == nil)
  }

  @Test(arguments: ["refresh_token_expires_in", "refresh_expires_in"])
  func readsTheRefreshTokensLifetime(member: String) throws {
    let found = try read(response(#"{"access_token": "a", "\#(member)": "5184000"}"#)).get()
    #expect(found.refreshSeconds == 5_184_000)
  }
}
