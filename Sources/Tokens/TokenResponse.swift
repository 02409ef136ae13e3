import FoundationEssentials
package import Model
package import Secrets

/// The tokens in a service's response.
package struct TokenResponse: Sendable {
  package let access: SecretBytes
  /// `nil`: the previous one stays valid (RFC 6749 section 6).
  package let refresh: SecretBytes?
  package let expiry: TokenExpiry
  /// Seconds after which the refresh token expires, if the response says so.
  package let refreshSeconds: Int64?
  /// `nil` if the response names no scopes.
  package let granted: Set<Scope>?
  /// Seconds that the service's clock is ahead of ours; `nil` if it is right, or sends no date.
  package let skewSeconds: Int64?
  /// The service's time just before the request was sent; the lifetimes count from it.
  package let issuedAt: Timestamp

  /// Reads a response.
  ///
  /// Errors are recognized whatever the status (RFC 6749 section 5.2 says 400; servers also send
  /// 200); `token_type` may be missing; unknown members are ignored.
  ///
  /// - Parameter isRefresh: whether a refresh token was presented.
  package static func read(
    _ raw: RawResponse, service: OAuthService, isRefresh: Bool
  ) throws(TokenError) -> TokenResponse {
    let whole = ResponseValue.read(raw.body)
    if let fault = TokenError(
      errorResponse: whole, raw, invalidGrantCodes: service.refresh.invalidGrantCodes,
      isRefresh: isRefresh)
    {
      throw fault
    }
    let (value, isOfUser) = tokens(in: whole, service.scopes)
    guard let value, let access = value["access_token"]?.secret else {
      throw .unspecified(raw.summary + ", without an access token")
    }
    let skew = raw.skewSeconds
    let issuedAt = raw.sentAt.adding(seconds: skew ?? 0)
    return TokenResponse(
      access: access, refresh: value["refresh_token"]?.secret,
      expiry: expiry(in: value, issuedAt, service.lifetime),
      refreshSeconds: (value["refresh_token_expires_in"] ?? value["refresh_expires_in"])
        .flatMap(\.seconds).flatMap { $0 > 0 ? min($0.count, longest) : nil },
      granted: granted(in: value, service.scopes, isOfUser: isOfUser),
      skewSeconds: skew == 0 ? nil : skew, issuedAt: issuedAt)
  }

  /// The part of a response that has the tokens: the response, or its member with the person's own, if that
  /// was all that was requested. A renewal of the latter has them at the top, and says whose they are.
  private static func tokens(
    in whole: ResponseValue?, _ rules: ScopeRules
  ) -> (value: ResponseValue?, isOfUser: Bool) {
    guard let user = rules.user else { return (whole, false) }
    if whole?["access_token"] == nil, let own = whole?[path: user.member] { return (own, true) }
    return (whole, whole?["token_type"]?.plainText == "user")
  }

  /// Seconds to which longer lifetimes are silently shortened: ten years.
  private static let longest = NumberLimit.tokenLifetime.range.upperBound

  /// `expires_in` as a number or a numeric text; 0 as the service means it; or an absolute date in
  /// `expires_at`. If both are absent, `null` or not numeric, the service's default.
  private static func expiry(
    in value: ResponseValue, _ issuedAt: Timestamp, _ lifetime: AccessLifetime
  ) -> TokenExpiry {
    if let seconds = value["expires_in"]?.seconds?.count {
      if seconds <= 0 {
        switch lifetime.zero {
        case .never: return .never
        case .expired: return .at(issuedAt)
        }
      }
      return .at(issuedAt.adding(seconds: min(inSeconds(seconds), longest)))
    }
    if let date = value["expires_at"].flatMap({ absolute($0) }) {
      return .at(min(date, issuedAt.adding(seconds: longest)))
    }
    return switch lifetime.assumed {
    case .seconds(let seconds): .at(issuedAt.adding(seconds: seconds))
    case .forever where value["refresh_token"] == nil: .never
    // A service that gives a refresh token means the access token to expire.
    case .forever, .unknown: .unknown
    }
  }

  /// Some servers send milliseconds. A value over 41 days in seconds is read as milliseconds,
  /// except whole days up to a year: renewing too early does no harm.
  private static func inSeconds(_ number: Int64) -> Int64 {
    let isWholeDays = number % 86_400 == 0 && number <= 366 * 86_400
    return number >= 3_600_000 && number % 1000 == 0 && !isWholeDays ? number / 1000 : number
  }

  /// Seconds or milliseconds since 1970, or RFC 3339.
  private static func absolute(_ value: ResponseValue) -> Timestamp? {
    guard let text = value.plainText else { return nil }
    if let number = Double(text), number.isFinite, number > 0 {
      return Timestamp(milliseconds: Int64(min(number > 1e11 ? number : number * 1000, 9e15)))
    }
    return (try? Date(text, strategy: .iso8601)).map { Timestamp($0) }
  }

  /// A text of scopes, separated by spaces or commas, or an array of them; `null` names none.
  private static func granted(
    in value: ResponseValue, _ rules: ScopeRules, isOfUser: Bool
  ) -> Set<Scope>? {
    let found = value[path: rules.grantedMember] ?? value["scope"] ?? value["scopes"]
    func scopes(_ names: [String]) -> Set<Scope> {
      Set(names.map { Scope($0) }.map { isOfUser ? rules.ofUser?.marked($0) ?? $0 : $0 })
    }
    switch found {
    case .text(let bytes):
      return scopes(bytes.text().split { $0.isWhitespace || $0 == "," }.map(String.init))
    case .array(let items): return scopes(items.compactMap(\.plainText))
    case .object, .number, .boolean, .null, nil: return nil
    }
  }
}
