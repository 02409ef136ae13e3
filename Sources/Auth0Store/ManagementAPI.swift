import Encodings
import FoundationEssentials
import HTTP
import Model
import Pacing
import Stores

/// A tenant's Management API v2: the token, the rate limit, and retries.
///
/// When a token or a client is refused, or a token ends, the login is read again from where it came: a
/// command or a file may have another one by then.
actor ManagementAPI {
  private static let failurePolicy = RetryPolicy(.attempts(6))
  /// 429 means that nothing was done, so patience costs nothing.
  private static let rateLimitPolicy = RetryPolicy(.attempts(31))
  /// Seconds before its end that a token is renewed.
  private static let margin: Int64 = 60
  /// With fewer remaining calls than this, requests wait for the limit's reset.
  private static let reserve = 4

  private let base: String
  private let audience: String
  private let login: @Sendable () throws(StoreError) -> Auth0Credentials
  private let http: any HTTPTransport
  let runtime: Runtime
  private var token: AccessToken?
  private let renewal = SingleFlight<AccessToken>()
  /// Calls left until `reset` (seconds since 1970), as the server last reported.
  private var limit: (remaining: Int, reset: Seconds)?

  init(
    base: String, audience: String,
    credentials: @escaping @Sendable () throws(StoreError) -> Auth0Credentials,
    http: any HTTPTransport,
    runtime: Runtime
  ) {
    self.base = base
    self.audience = audience
    login = credentials
    self.http = http
    self.runtime = runtime
  }

  /// The scopes that the token has; `nil` if they are unknown.
  func scopes() async throws(StoreError) -> Set<String>? { try await validToken().scopes }

  /// One call of the API.
  ///
  /// - Parameter isRepeatable: whether it may be sent again when its result is unknown.
  /// - Returns: a response with status 2xx or 404.
  func call(
    _ method: HTTPRequest.Method, _ path: String, body: [UInt8]? = nil, isRepeatable: Bool
  ) async throws(RequestFailure) -> HTTPResponse {
    var failures = Retry(Self.failurePolicy, runtime)
    var refusals = Retry(Self.rateLimitPolicy, runtime)
    var hasRenewed = false
    while true {
      await pace()
      let token: AccessToken
      do throws(StoreError) {
        token = try await validToken()
      } catch {
        throw .refused(error)
      }
      var headers = [("authorization", "Bearer \(token.text)"), ("accept", "application/json")]
      if body != nil { headers.append(("content-type", "application/json")) }
      let response: HTTPResponse
      do throws(HTTPFailure) {
        response = try await http.send(
          HTTPRequest(method, base + "/api/v2" + path, headers: headers, body: body))
      } catch {
        switch error {
        case .notConnected: break
        case .noResponse(let reason): if !isRepeatable { throw .unknown(reason) }
        case .untrusted, .cannotSend: throw .refused(.misconfigured(error.reason))
        case .tooLarge:
          // What was asked for may have been done.
          throw isRepeatable ? .refused(.refused(error.reason)) : .unknown(error.reason)
        }
        guard await failures.waitForNextAttempt() else {
          throw .refused(.unavailable(error.reason))
        }
        continue
      }
      note(response)
      switch response.status {
      case 200..<300, 404: return response
      case 401 where !hasRenewed:
        hasRenewed = true
        do throws(StoreError) {
          // The same token would be refused again.
          guard try await replacement(of: token).text != token.text else {
            throw ErrorResponse(response).storeError
          }
        } catch {
          throw .refused(error)
        }
      case 429:
        guard await refusals.waitForNextAttempt(serverDelay: serverDelay(response)) else {
          throw .refused(.unavailable("it is rate limiting requests"))
        }
      case 500...:
        if !isRepeatable { throw .unknown("it responded with \(response.status)") }
        guard await failures.waitForNextAttempt() else {
          throw .refused(.unavailable("it responded with \(response.status)"))
        }
      default: throw .refused(ErrorResponse(response).storeError)
      }
    }
  }

  // MARK: The rate limit

  private func note(_ response: HTTPResponse) {
    guard let remaining = response.headers["x-ratelimit-remaining"].flatMap({ Int($0) }),
      let reset = response.headers["x-ratelimit-reset"].flatMap({ Int64($0) })
    else { return }
    limit = (remaining, Seconds(reset))
  }

  /// Slows down before the limit is hit: what is left is spread over the time until there is more.
  private func pace() async {
    guard let limit, limit.remaining < Self.reserve else { return }
    let wait = delay(untilReset: limit.reset)
    self.limit = nil
    guard wait > .zero else { return }
    let share = wait / .milliseconds(1) / Double(max(1, limit.remaining + 1))
    await runtime.sleep(.milliseconds(Int64(min(share, 60_000))))
  }

  /// `Retry-After`, else the time until the limit's reset; `nil` if the server says neither.
  private func serverDelay(_ response: HTTPResponse) -> Duration? {
    response.retryDelay(at: runtime.now())
      ?? response.headers["x-ratelimit-reset"].flatMap { Int64($0) }.map {
        delay(untilReset: Seconds($0))
      }
  }

  /// - Parameter reset: seconds since 1970.
  private func delay(untilReset reset: Seconds) -> Duration {
    .milliseconds(reset.milliseconds.count) - .milliseconds(runtime.now().milliseconds)
  }

  // MARK: The token

  /// One renewal at a time, shared by all callers.
  private func validToken() async throws(StoreError) -> AccessToken {
    let seconds = runtime.now().milliseconds / 1000
    if let token, token.expiresAt.map({ $0 - Self.margin > seconds }) ?? true { return token }
    let token = try await renewal.value { () async throws(StoreError) in
      try await self.newToken()
    }
    self.token = token
    return token
  }

  /// A token instead of one that the server refused, as the login gives it now.
  private func replacement(of token: AccessToken) async throws(StoreError) -> AccessToken {
    if let current = self.token, current.text != token.text { return current }
    self.token = nil
    return try await validToken()
  }

  /// The login is read each time; a token that it gives is used to its end.
  private func newToken() async throws(StoreError) -> AccessToken {
    switch try login() {
    case .token(let text):
      let given = AccessToken(ready: text)
      return text == token?.text ? given.usedToItsEnd : given
    case .client(let id, let secret): return try await issuedToken(id, secret)
    }
  }

  private func issuedToken(
    _ id: String, _ secret: String
  ) async throws(StoreError) -> AccessToken {
    let form = [
      ("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret),
      ("audience", audience),
    ].map { "\($0)=\(percentEncoded($1))" }.joined(separator: "&")
    let request = HTTPRequest(
      .post, base + "/oauth/token",
      headers: [("content-type", "application/x-www-form-urlencoded")], body: Array(form.utf8))
    var retry = Retry(Self.failurePolicy, runtime)
    while true {
      let response: HTTPResponse
      do throws(HTTPFailure) {
        response = try await http.send(request)
      } catch {
        switch error {
        case .untrusted, .cannotSend: throw .misconfigured(error.reason)
        case .tooLarge: throw .unavailable(error.reason)
        case .notConnected, .noResponse: break
        }
        guard await retry.waitForNextAttempt() else { throw .unavailable(error.reason) }
        continue
      }
      if response.isSuccess {
        guard
          let token = AccessToken(response: response.body, now: runtime.now().milliseconds / 1000)
        else {
          throw .unauthorized("the token endpoint's response has no token")
        }
        return token
      }
      if response.status != 429, response.status < 500 {
        throw .unauthorized("the token endpoint responded with \(ErrorResponse(response).summary)")
      }
      guard await retry.waitForNextAttempt(serverDelay: serverDelay(response)) else {
        throw .unavailable("the token endpoint responded with \(response.status)")
      }
    }
  }
}
