import FoundationEssentials
import HTTP
import Model
import Stores

/// A tenant's Management API v2: the token, the rate limit, and when a call may be made again.
actor ManagementAPI {
  private static let mostAttempts = 6
  /// 429 says that nothing was done, so patience costs nothing.
  private static let mostRefusals = 30
  /// Seconds before its end that a token is renewed.
  private static let margin: Int64 = 60
  /// Below so many calls left, one waits for more.
  private static let reserve = 4

  private let base: String
  private let audience: String
  private let login: @Sendable () throws(StoreError) -> Auth0Credentials
  private var credentials: Auth0Credentials?
  private let http: any HTTPTransport
  private let surroundings: Surroundings
  private let backoff = Backoff()
  private var token: AccessToken?
  private let renewal = SingleFlight<AccessToken>()
  /// Calls left until `reset` (seconds since 1970), as the server last told.
  private var limit: (remaining: Int, reset: Int64)?

  init(
    base: String, audience: String,
    credentials: @escaping @Sendable () throws(StoreError) -> Auth0Credentials,
    http: any HTTPTransport,
    surroundings: Surroundings
  ) {
    self.base = base
    self.audience = audience
    login = credentials
    self.http = http
    self.surroundings = surroundings
  }

  var now: Int64 { surroundings.now() }

  func wait(_ attempt: Int) async {
    await surroundings.sleep(backoff.wait(attempt: attempt, fraction: surroundings.random()))
  }

  /// The scopes that the token has; `nil` where nobody tells.
  func scopes() async throws(StoreError) -> Set<String>? { try await validToken().scopes }

  /// One call of the API.
  ///
  /// - Parameter isRepeatable: it may be made again where nobody knows what became of it.
  /// - Returns: an answer of 2xx or 404.
  func call(
    _ method: HTTPRequest.Method, _ path: String, body: [UInt8]? = nil, isRepeatable: Bool
  ) async throws(RequestFailure) -> HTTPResponse {
    var attempts = 0
    var refusals = 0
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
      let answer: HTTPResponse
      do throws(HTTPFailure) {
        answer = try await http.send(
          HTTPRequest(method, base + "/api/v2" + path, headers: headers, body: body))
      } catch {
        attempts += 1
        switch error {
        case .notConnected(let reason):
          if attempts >= Self.mostAttempts { throw .refused(.unavailable(reason)) }
        case .noAnswer(let reason):
          if !isRepeatable { throw .unknown(reason) }
          if attempts >= Self.mostAttempts { throw .refused(.unavailable(reason)) }
        case .tooLarge, .untrusted: throw .refused(.unavailable(error.reason))
        }
        await wait(attempts - 1)
        continue
      }
      note(answer)
      switch answer.status {
      case 200..<300, 404: return answer
      case 401 where !hasRenewed && isClient:
        hasRenewed = true
        self.token = nil
      case 429:
        refusals += 1
        if refusals > Self.mostRefusals { throw .refused(.unavailable("it is asked too often")) }
        await waitAsTold(answer, refusals)
      case 500...:
        if !isRepeatable { throw .unknown("it answered \(answer.status)") }
        attempts += 1
        if attempts >= Self.mostAttempts {
          throw .refused(.unavailable("it answered \(answer.status)"))
        }
        await wait(attempts - 1)
      default: throw .refused(ErrorResponse(answer).storeError)
      }
    }
  }

  private var isClient: Bool {
    if case .client = credentials { true } else { false }
  }

  // MARK: The rate limit

  private func note(_ answer: HTTPResponse) {
    guard let remaining = answer.headers["x-ratelimit-remaining"].flatMap({ Int($0) }),
      let reset = answer.headers["x-ratelimit-reset"].flatMap({ Int64($0) })
    else { return }
    limit = (remaining, reset)
  }

  /// Slows down before the limit is hit: what is left is spread over the time until there is more.
  private func pace() async {
    guard let limit, limit.remaining < Self.reserve else { return }
    let milliseconds = limit.reset * 1000 - surroundings.now()
    self.limit = nil
    guard milliseconds > 0 else { return }
    let share = milliseconds / Int64(max(1, limit.remaining + 1))
    await surroundings.sleep(.milliseconds(min(share, 60_000)))
  }

  /// `Retry-After`, else the reset, else a backoff; a little more, so that not all come at once.
  private func waitAsTold(_ answer: HTTPResponse, _ refusals: Int) async {
    let told: Int64? =
      if let seconds = answer.headers["retry-after"].flatMap({ Int64($0) }) {
        seconds * 1000
      } else if let reset = answer.headers["x-ratelimit-reset"].flatMap({ Int64($0) }) {
        reset * 1000 - surroundings.now()
      } else {
        nil
      }
    guard let told else { return await wait(refusals - 1) }
    let milliseconds = max(0, min(told, 60_000))
    let extra = Int64(Double(max(milliseconds, 100)) * 0.2 * surroundings.random())
    await surroundings.sleep(.milliseconds(milliseconds + extra))
  }

  // MARK: The token

  /// One renewal at a time; whoever needs it waits for the same one.
  private func validToken() async throws(StoreError) -> AccessToken {
    if credentials == nil { credentials = try login() }
    if case .token(let text) = credentials { return AccessToken(ready: text) }
    let seconds = surroundings.now() / 1000
    if let token, (token.expiresAt ?? Int64.max) - Self.margin > seconds { return token }
    let token = try await renewal.value { () async throws(StoreError) in
      try await self.newToken()
    }
    self.token = token
    return token
  }

  private func newToken() async throws(StoreError) -> AccessToken {
    guard case .client(let id, let secret) = credentials else {
      throw .unauthorized("there are no credentials")
    }
    let form = [
      ("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret),
      ("audience", audience),
    ].map { "\($0)=\(percentEncoded($1))" }.joined(separator: "&")
    let request = HTTPRequest(
      .post, base + "/oauth/token",
      headers: [("content-type", "application/x-www-form-urlencoded")], body: Array(form.utf8))
    var attempts = 0
    while true {
      let answer: HTTPResponse
      do throws(HTTPFailure) {
        answer = try await http.send(request)
      } catch {
        attempts += 1
        if attempts >= Self.mostAttempts { throw .unavailable(error.reason) }
        await wait(attempts - 1)
        continue
      }
      if answer.isSuccess {
        guard let token = AccessToken(answer: answer.body, now: surroundings.now() / 1000) else {
          throw .unauthorized("the token endpoint's answer has no token")
        }
        return token
      }
      if answer.status != 429, answer.status < 500 {
        throw .unauthorized("the token endpoint says \(ErrorResponse(answer).summary)")
      }
      attempts += 1
      if attempts >= Self.mostAttempts {
        throw .unavailable("the token endpoint answered \(answer.status)")
      }
      await waitAsTold(answer, attempts)
    }
  }
}
