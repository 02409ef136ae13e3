import FoundationEssentials
import HTTP
package import Model
package import Secrets

/// What a token endpoint answered, as it must be kept before anything is made of it.
package struct RawResponse: Sendable {
  package let status: Int
  package let contentType: String?
  /// The server's `Date`.
  package let date: String?
  package let retryAfter: String?
  package let body: [UInt8]
  /// Our time just before the request was sent.
  package let sentAt: Timestamp
  /// Our time when the answer was there.
  package let receivedAt: Timestamp

  package init(
    status: Int, contentType: String? = nil, date: String? = nil, retryAfter: String? = nil,
    body: [UInt8], sentAt: Timestamp, receivedAt: Timestamp? = nil
  ) {
    self.status = status
    self.contentType = contentType
    self.date = date
    self.retryAfter = retryAfter
    self.body = body
    self.sentAt = sentAt
    self.receivedAt = receivedAt ?? sentAt
  }

  init(_ response: HTTPResponse, sentAt: Timestamp, receivedAt: Timestamp) {
    self.init(
      status: response.status, contentType: response.headers["content-type"],
      date: response.headers["date"], retryAfter: response.headers["retry-after"],
      body: response.body, sentAt: sentAt, receivedAt: receivedAt)
  }
}

/// Tokens that a service gave.
package struct TokenResponse: Sendable {
  package let access: SecretBytes
  /// `nil`: the one that there was goes on (RFC 6749 section 6).
  package let refresh: SecretBytes?
  package let expiry: TokenExpiry
  /// Seconds after which the refresh token ends, where the answer says it.
  package let refreshSeconds: Int64?
  /// `nil` where the answer says nothing of scopes.
  package let granted: Set<Scope>?
  package let skewSeconds: Int64?

  /// Reads an answer.
  ///
  /// Errors are looked for whatever the status (RFC 6749 section 5.2 says 400; servers say 200 too);
  /// a `token_type` may be missing; what is not known is passed over.
  package static func read(
    _ raw: RawResponse, service: OAuthService
  ) throws(TokenFault) -> TokenResponse {
    let value = ResponseValue.read(raw.body)
    if let fault = TokenFault(
      errorResponse: value, raw, invalidGrantCodes: service.refresh.invalidGrantCodes)
    {
      throw fault
    }
    guard let value, let access = value["access_token"]?.secret else {
      throw .transient("the answer has no access token", retryAfter: nil)
    }
    return TokenResponse(
      access: access, refresh: value["refresh_token"]?.secret,
      expiry: expiry(in: value, raw, service.lifetime),
      refreshSeconds: (value["refresh_token_expires_in"] ?? value["refresh_expires_in"])
        .flatMap(\.seconds).flatMap { $0 > 0 ? min($0.count, longest) : nil },
      granted: granted(in: value, service.scopes),
      skewSeconds: skew(raw))
  }

  /// Seconds to which longer lifetimes are shortened without a word: ten years.
  private static let longest = NumberLimit.tokenLifetime.range.upperBound

  /// `expires_in` as a number or a numeric text; 0 as the service means it; or an absolute date in
  /// `expires_at`. What is absent, `null` or no number at all is the service's default.
  private static func expiry(
    in value: ResponseValue, _ raw: RawResponse, _ lifetime: AccessLifetime
  ) -> TokenExpiry {
    if let seconds = value["expires_in"]?.seconds?.count {
      if seconds <= 0 {
        switch lifetime.zero {
        case .never: return .never
        case .expired: return .at(raw.sentAt)
        }
      }
      return .at(raw.sentAt.adding(seconds: min(inSeconds(seconds), longest)))
    }
    if let date = value["expires_at"].flatMap({ absolute($0) }) {
      return .at(min(date, raw.sentAt.adding(seconds: longest)))
    }
    return switch lifetime.assumed {
    case .seconds(let seconds): .at(raw.sentAt.adding(seconds: seconds))
    case .forever where value["refresh_token"] == nil: .never
    // Whoever gives a refresh token means the access token to end.
    case .forever, .unknown: .unknown
    }
  }

  /// Some servers count milliseconds. What would be over 41 days in seconds is taken for them, but for
  /// whole days up to a year: to renew too early does no harm.
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

  /// A text of scopes, joined by spaces or commas, or an array of them; `null` says nothing.
  private static func granted(in value: ResponseValue, _ rules: ScopeRules) -> Set<Scope>? {
    let found = value[path: rules.grantedMember] ?? value["scope"] ?? value["scopes"]
    switch found {
    case .text(let bytes):
      let names = bytes.text().split { $0.isWhitespace || $0 == "," }
      return Set(names.map { Scope(String($0)) })
    case .array(let items): return Set(items.compactMap(\.plainText).map { Scope($0) })
    case .object, .number, .boolean, .null, nil: return nil
    }
  }

  /// Whole seconds by which the server is ahead, at least. What it dates between the request and the
  /// answer is right, however long it took; and nobody's clock is wrong for less than five seconds.
  private static func skew(_ raw: RawResponse) -> Int64? {
    guard let text = raw.date, let date = HTTPDate.read(text) else { return nil }
    let skew = date.seconds(since: min(max(date, raw.sentAt), raw.receivedAt))
    return abs(skew) < 5 ? nil : skew
  }
}
