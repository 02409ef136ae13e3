import Encodings
import HTTP
package import Model

/// Why a service gave no token. No case quotes what was sent or what the service echoed.
package enum TokenError: Error, Hashable, Sendable {
  /// A person must consent again.
  case consent(AuthorizationNeed)
  /// The service refused the client, by a code; retrying does not help.
  case configuration(String)
  /// Something that was found here: no request was sent, or its response is not used.
  case local(String)
  /// A later attempt may succeed; `retryAfter` in seconds if the service names it.
  case transient(String, retryAfter: Int64?)
  /// No token, and no OAuth error about the grant or the client: a status, a page, a redirect, an
  /// unknown code. It is retried for days, then a person is asked.
  case unspecified(String)
  /// The service may have carried out the request, and its response is lost.
  case responseLost(String)
  /// RFC 8628 section 3.5, while a person has not yet decided.
  case authorizationPending
  case slowDown
  /// A signal came while a person was waited for; nothing was requested.
  case interrupted

  package var summary: String {
    switch self {
    case .consent(let need): need.summary
    case .configuration(let code): "the service reports `\(code)`"
    case .local(let reason), .transient(let reason, _), .unspecified(let reason),
      .responseLost(let reason):
      reason
    case .authorizationPending: "consent is still pending"
    case .slowDown: "the service asks for a slower polling rate"
    case .interrupted: "interrupted by a signal"
    }
  }
}

extension TokenError {
  /// Codes of RFC 6749 section 5.2 and RFC 8628 section 3.5, and what servers send instead.
  private static let wrongClient: Set<String> = [
    "invalid_client", "unauthorized_client", "invalid_scope", "scope_invalid",
    "unsupported_grant_type", "bad_client_id", "bad_client_secret", "incorrect_client_credentials",
    "invalid_client_id",
  ]
  private static let dead: Set<String> = ["invalid_grant", "bad_refresh_token"]
  /// What a person who is asked, or their time, decides (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5). In a
  /// refresh, gateways and policies say it for a while.
  private static let unanswered: Set<String> = ["expired_token", "access_denied"]

  /// The error in a response; `nil` if it has none.
  ///
  /// - Parameter isRefresh: whether a refresh token was presented.
  init?(
    errorResponse value: ResponseValue?, _ raw: RawResponse, invalidGrantCodes: Set<String>,
    isRefresh: Bool = false
  ) {
    let isSuccess = (200..<300).contains(raw.status)
    if let code = value.flatMap({ Self.code(in: $0, raw.status, invalidGrantCodes) }) {
      let ending = invalidGrantCodes.union(isRefresh ? Self.dead : Self.dead.union(Self.unanswered))
      self = Self.fault(code, raw, ending: ending)
      return
    }
    if isSuccess { return nil }
    // The gateway does not know what the service made of it (RFC 9110 section 15.6.5).
    if raw.status == 504 {
      self = .responseLost("a gateway got no response from the service in time (504)")
      return
    }
    // What a proxy, a gateway or a page in front of the service says is not about the grant.
    self =
      Self.isTransient(raw)
      ? .transient("the service responded with \(raw.status)", retryAfter: Self.seconds(raw))
      : .unspecified(raw.summary + ", without an OAuth error")
  }

  /// Whether the status or the header ask for a later attempt (RFC 9110 sections 15.5.9 and 15.6,
  /// RFC 6585 section 4, RFC 8470 section 5.2).
  private static func isTransient(_ raw: RawResponse) -> Bool {
    [408, 425, 429].contains(raw.status) || raw.status >= 500 || raw.retryAfter != nil
  }

  /// The error's code: `error`, or a service's own word for it.
  private static func code(
    in value: ResponseValue, _ status: Int, _ invalidGrantCodes: Set<String>
  ) -> String? {
    let error = value["error"]
    let isRefused = if case .boolean(false)? = value["ok"] { true } else { false }
    let reported = error?.plainText ?? error?["code"]?.plainText ?? error?["type"]?.plainText
    if let reported, !reported.isEmpty { return reported }
    if isRefused { return "refused" }
    guard !(200..<300).contains(status) else { return nil }
    // Only known codes count: these members may also echo what was sent.
    let word = value["status"]?.plainText ?? value["code"]?.plainText
    return word.flatMap { invalidGrantCodes.contains($0) ? $0 : nil }
  }

  /// - Parameter ending: the codes that end a grant.
  private static func fault(
    _ reported: String, _ raw: RawResponse, ending: Set<String>
  ) -> TokenError {
    let code = reported.isCode ? reported : "a nonstandard error"
    // A server that fails knows nothing of the grant: RFC 6749 section 5.2 reports with 400 or 401.
    let isReliable = raw.status < 500
    if isReliable, ending.contains(reported) {
      return .consent(.refused(code: code))
    }
    if isReliable, wrongClient.contains(reported) { return .configuration(code) }
    switch reported {
    case "authorization_pending": return .authorizationPending
    case "slow_down": return .slowDown
    case "temporarily_unavailable", "server_error", "rate_limited", "ratelimited",
      "internal_error":
      return .transient("the service reports `\(code)`", retryAfter: seconds(raw))
    // Some servers call a dead refresh token a bad request (RFC 6749 says invalid_grant).
    case "invalid_request": return .unspecified("the service reports `\(code)`")
    default:
      return isTransient(raw)
        ? .transient("the service reports `\(code)`", retryAfter: seconds(raw))
        : .unspecified("the service reports `\(code)`")
    }
  }

  /// `Retry-After` in seconds, or as a date (RFC 9110 section 10.2.3); what is longer than a day is
  /// taken for a day.
  private static func seconds(_ raw: RawResponse) -> Int64? {
    raw.retryAfter.flatMap { RetryAfter.delay($0, date: raw.date, at: raw.sentAt) }?
      .components.seconds
  }

  init(_ failure: HTTPFailure) {
    switch failure {
    // Nothing was sent, and a certificate or this machine may be put right before the token expires.
    case .notConnected, .untrusted, .cannotSend:
      self = .transient(failure.reason, retryAfter: nil)
    case .noResponse(let reason): self = .responseLost(reason)
    case .tooLarge:
      self = .responseLost("the response is larger than the limit for a token response")
    }
  }
}

extension String {
  /// Whether a service's text is a code as in RFC 6749 section 5.2, made of short words, so that
  /// nothing that was sent can hide in it.
  fileprivate var isCode: Bool {
    let words = split(omittingEmptySubsequences: false) { "_-. ".contains($0) }
    return words.count <= 6
      && words.allSatisfy { word in
        (1...16).contains(word.utf8.count) && word.allSatisfy(\.isASCIILetter)
      }
  }
}
