/// OAuth facts of the built-in apps' services.
///
/// From the vendors' own documentation if available, else from public client code, as of
/// November 2026. A lifetime that no source states is left unknown: the response has it.
extension OAuthService {
  /// A refresh invalidates the previous pair; 60 days without use expire the refresh token.
  static let airtable = OAuthService(
    authorization: "https://airtable.com/oauth2/v1/authorize",
    token: "https://airtable.com/oauth2/v1/token", clientAuthentication: .basic, pkce: .required,
    refresh: RefreshRules(rotation: .always, idleSeconds: days(60)))

  /// Rotation and its leeway are set per application; 0 unless set.
  static let auth0 = OAuthService(
    authorization: "https://{domain}/authorize", token: "https://{domain}/oauth/token",
    clientAuthentication: .post, pkce: .supported, refresh: RefreshRules(rotation: .optional),
    lifetime: AccessLifetime(.seconds(86_400)))

  /// RFC 7523 with a service account's key; there is no refresh token.
  static let googleServiceAccount = OAuthService(
    token: "https://oauth2.googleapis.com/token", clientAuthentication: .none,
    pkce: .unsupported, refresh: RefreshRules(rotation: .none))

  /// Without `prompt=consent` only the first consent gives a refresh token. While the consent screen's
  /// publishing status is *Testing*, a grant ends after seven days.
  static let googleSheets = OAuthService(
    authorization: "https://accounts.google.com/o/oauth2/v2/auth",
    token: "https://oauth2.googleapis.com/token",
    authorizationParameters: ["access_type": "offline", "prompt": "consent"],
    clientAuthentication: .post,
    refresh: RefreshRules(rotation: .never, idleSeconds: days(180), testingSeconds: days(7)))

  /// The 30 days start again with each refresh only if `extended` was granted at first.
  static let docusign = OAuthService(
    authorization: "https://account.docusign.com/oauth/auth",
    token: "https://account.docusign.com/oauth/token", clientAuthentication: .basic,
    refresh: RefreshRules(
      rotation: .always, idleSeconds: days(30), idleRenewedBy: "extended"),
    lifetime: AccessLifetime(.seconds(28_800)))

  /// Scopes come back as an array, in a member of another name; connections of one account share
  /// their grant. What an account's plan does not include is left out of the grant if it was requested as
  /// optional, and fails the request otherwise.
  static let hubspot = OAuthService(
    authorization: "https://app.hubspot.com/oauth/authorize",
    token: "https://api.hubapi.com/oauth/2026-03/token",
    revocation: "https://api.hubapi.com/oauth/2026-03/token/revoke",
    introspection: "https://api.hubapi.com/oauth/2026-03/token/introspect",
    clientAuthentication: .post, pkce: .supported,
    scopes: ScopeRules(grantedMember: "scopes", optionalParameter: "optional_scope"),
    refresh: RefreshRules(
      rotation: .never, invalidGrantCodes: ["BAD_REFRESH_TOKEN"], revocationEndsOthers: true),
    lifetime: AccessLifetime(.seconds(1800)))

  /// No scopes, and `expires_in: 0` means never.
  static let mailchimp = OAuthService(
    authorization: "https://login.mailchimp.com/oauth2/authorize",
    token: "https://login.mailchimp.com/oauth2/token", clientAuthentication: .post,
    scopes: ScopeRules(isSent: false),
    refresh: RefreshRules(rotation: .none), lifetime: AccessLifetime(.forever, zero: .never))

  /// Scopes are set on the app there; a token keeps those that it was issued with.
  static let pipedrive = OAuthService(
    authorization: "https://oauth.pipedrive.com/oauth/authorize",
    token: "https://oauth.pipedrive.com/oauth/token", clientAuthentication: .basic,
    pkce: .unsupported, scopes: ScopeRules(isSent: false),
    refresh: RefreshRules(rotation: .unknown, idleSeconds: days(60)))

  /// The response does not say how long an access token lasts; introspection does.
  static let salesforce = OAuthService(
    authorization: "https://login.salesforce.com/services/oauth2/authorize",
    token: "https://login.salesforce.com/services/oauth2/token",
    introspection: "https://login.salesforce.com/services/oauth2/introspect",
    clientAuthentication: .post, pkce: .supported,
    scopes: ScopeRules(aliases: ["offline_access": "refresh_token"]),
    refresh: RefreshRules(rotation: .optional))

  /// Tokens never expire unless the app has rotation enabled; errors come with status 200. One consent
  /// can give two tokens: the app's, and one of the person's own in `authed_user`.
  static let slack = OAuthService(
    authorization: "https://slack.com/oauth/v2/authorize",
    token: "https://slack.com/api/oauth.v2.access", clientAuthentication: .basic,
    pkce: .unsupported,
    scopes: ScopeRules(
      separator: ",", aliases: ["chat:write:bot": "chat:write", "chat:write:user": "chat:write"],
      user: ScopeRules.UserScopes(parameter: "user_scope", member: "authed_user")),
    refresh: RefreshRules(
      rotation: .optional, invalidGrantCodes: ["invalid_refresh_token", "token_revoked"]),
    lifetime: AccessLifetime(.forever))

  /// The platform's secret key is the client's secret.
  static let stripe = OAuthService(
    authorization: "https://connect.stripe.com/oauth/authorize",
    token: "https://connect.stripe.com/oauth/token", clientAuthentication: .post,
    scopes: ScopeRules(implied: ["read_write": ["read_only"]]),
    refresh: RefreshRules(rotation: .never), lifetime: AccessLifetime(.forever))

  static let zapier = OAuthService(
    authorization: "https://api.zapier.com/v2/authorize",
    token: "https://zapier.com/oauth/token/", clientAuthentication: .basic, pkce: .unsupported)

  /// Any service: the setup says where.
  static let http = OAuthService(
    token: "{token_endpoint}", clientAuthentication: .basic,
    refresh: RefreshRules(rotation: .none))

  private static func days(_ count: Int64) -> Int64 { count * 86_400 }
}
