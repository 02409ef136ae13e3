import FoundationEssentials
import HTTP
import Model
import Pacing
import Stores

/// The server's HTTP API: the login, reading our own writes, and temporary failures.
///
/// - A standby responds from its replicated state. Each request carries the index of the last
///   response, and asks a standby with an older state to forward the request to the leader.
/// - The token is renewed at half of its life. When it is refused, or can be renewed no more, the login
///   is read again from where it came: a file, a command or a variable may have another one by then.
/// - While a leader is lost, standbys redirect to it or find none: requests that were certainly not
///   carried out are repeated, for as long as an election takes.
actor BaoAPI {
  /// While the server cannot respond; an election takes 9 to 14 s.
  private static let electionPolicy = RetryPolicy(.duration(.seconds(40)), backoff)
  /// A server that has never responded is probably down, so give up sooner.
  private static let firstContactPolicy = RetryPolicy(.duration(.seconds(2)), backoff)
  static let backoff = Backoff(first: 0.25, longest: 3)

  private let base: String
  private let namespace: String?
  private let login: @Sendable () throws(StoreError) -> BaoCredentials
  private let http: any HTTPTransport
  let runtime: Runtime
  private var credentials: BaoCredentials?
  private var token: BaoToken?
  private let renewal = SingleFlight<BaoToken>()
  private var hasResponded = false
  /// The state that the next response must include.
  private var index: String?

  /// - Parameter base: without a slash at the end.
  init(
    base: String, namespace: String?,
    credentials: @escaping @Sendable () throws(StoreError) -> BaoCredentials,
    http: any HTTPTransport,
    runtime: Runtime
  ) {
    self.base = base
    self.namespace = namespace
    login = credentials
    self.http = http
    self.runtime = runtime
  }

  /// One call.
  ///
  /// - Parameters:
  ///   - path: after `/v1/`, encoded.
  ///   - capability: what a policy must allow for it.
  ///   - isRepeatable: whether it may be sent again when its result is unknown.
  /// - Returns: a response with status 2xx, 404 without a message, or a version mismatch.
  func call(
    _ method: HTTPRequest.Method, _ path: String, _ capability: String, body: [UInt8]? = nil,
    isRepeatable: Bool
  ) async throws(RequestFailure) -> HTTPResponse {
    let token: BaoToken
    do throws(StoreError) {
      token = try await validToken()
    } catch {
      throw .refused(error)
    }
    var result = BaoResponse(
      try await request(
        method, path, body: body, token: token.text, isRepeatable: isRepeatable))
    // What is forbidden was not carried out, so it may be sent again.
    if result.response.status == 403, let next = try await replacement(of: token) {
      result = BaoResponse(
        try await request(
          method, path, body: body, token: next.text, isRepeatable: isRepeatable))
    }
    if result.response.isSuccess || result.isNotThere || result.isVersionMismatch {
      return result.response
    }
    throw .refused(
      result.fault(on: path, capability, hiding: credentials?.secrets ?? []))
  }

  /// A call that may be repeated, with the response sorted by its status.
  ///
  /// - Returns: `nil` if there is nothing.
  func repeatable(
    _ method: HTTPRequest.Method, _ path: String, _ capability: String, body: [UInt8]? = nil
  ) async throws(StoreError) -> [UInt8]? {
    do throws(RequestFailure) {
      let response = try await call(method, path, capability, body: body, isRepeatable: true)
      if BaoResponse(response).isVersionMismatch {
        throw RequestFailure.refused(
          .refused("the server checked a version that the request did not have"))
      }
      return response.isSuccess ? response.body : nil
    } catch {
      throw error.storeError
    }
  }

  // MARK: One request until there is a response

  private enum Attempt {
    case response(HTTPResponse)
    case redirected(String)
    /// Nothing was carried out, or repeating it is harmless.
    case again(reason: String)
    case over(RequestFailure)
  }

  private func request(
    _ method: HTTPRequest.Method, _ path: String, body: [UInt8]?, token: String?,
    isRepeatable: Bool
  ) async throws(RequestFailure) -> HTTPResponse {
    var retry = Retry(Self.firstContactPolicy, runtime)
    var server = base
    while true {
      let reason: String
      switch await attempt(method, server, path, body, token, isRepeatable: isRepeatable) {
      case .response(let response): return response
      case .redirected(let leader):
        // Only once: a standby names a leader that is gone for a while.
        if server == base {
          server = leader
          continue
        }
        reason = Self.noLeader
      case .over(let failure): throw failure
      case .again(let cause): reason = cause
      }
      server = base
      retry.policy = hasResponded ? Self.electionPolicy : Self.firstContactPolicy
      guard await retry.waitForNextAttempt() else { throw .refused(.unavailable(reason)) }
    }
  }

  private static let noLeader = "the cluster has no leader"

  private func attempt(
    _ method: HTTPRequest.Method, _ server: String, _ path: String, _ body: [UInt8]?,
    _ token: String?, isRepeatable: Bool
  ) async -> Attempt {
    let response: HTTPResponse
    do throws(HTTPFailure) {
      response = try await http.send(
        HTTPRequest(
          method, "\(server)/v1/\(path)", headers: headers(token, hasBody: body != nil), body: body)
      )
    } catch {
      switch error {
      case .notConnected(let reason): return .again(reason: reason)
      case .untrusted(let fault):
        return .over(.refused(.misconfigured(fault.summary + Self.remedy(fault))))
      case .cannotSend(let reason): return .over(.refused(.misconfigured(reason)))
      case .noResponse(let reason):
        return isRepeatable ? .again(reason: reason) : .over(.unknown(reason))
      case .tooLarge: return .over(.refused(.unavailable(error.reason)))
      }
    }
    hasResponded = true
    if let found = response.headers["x-vault-index"] { index = found }
    let result = BaoResponse(response)
    if response.status == 307 { return Self.redirection(to: leader(of: response)) }
    if result.isTransient { return .again(reason: "it responded with \(result.shown(hiding: []))") }
    guard response.status >= 500, !result.isSealed else { return .response(response) }
    let reason = "it responded with \(response.status)"
    return isRepeatable ? .again(reason: reason) : .over(.unknown(reason))
  }

  private static func remedy(_ fault: TLSFault) -> String {
    switch fault {
    case .unknownAuthority: "; set BAO_CACERT to the file of its authority"
    case .expired, .notYetValid, .wrongHost, .invalidCertificate, .handshake: ""
    }
  }

  private func headers(_ token: String?, hasBody: Bool) -> [(name: String, value: String)] {
    var headers = [(name: "x-vault-request", value: "true")]
    if let token { headers.append(("x-vault-token", token)) }
    if let namespace { headers.append(("x-vault-namespace", namespace)) }
    if hasBody { headers.append(("content-type", "application/json")) }
    headers.append(("x-vault-inconsistent", "forward-active-node"))
    if let index { headers.append(("x-vault-index", index)) }
    return headers
  }

  private static func redirection(to leader: String?) -> Attempt {
    guard let leader else { return .again(reason: noLeader) }
    guard CredentialURL(leader, allowsPath: false) != nil else {
      return .over(
        .refused(
          .misconfigured("its leader is at \(leader), where the token would be sent in plain text"))
      )
    }
    return .redirected(leader)
  }

  /// The target of a redirect: a server with the same scheme, without a path. The token goes there
  /// too, as with the server's own client: the node that was asked vouches for its leader, whose
  /// certificate is verified as its own was.
  private func leader(of response: HTTPResponse) -> String? {
    guard let location = response.headers["location"], let url = URL(string: location),
      let scheme = url.scheme, let host = url.host, base.hasPrefix(scheme + "://")
    else { return nil }
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(scheme)://\(name)" + (url.port.map { ":\($0)" } ?? "")
  }

  // MARK: The token

  /// Finds out when the token expires, for a caller that needs it for longer.
  func learnTokensEnd() async throws(StoreError) {
    let token = try await validToken()
    if token.endsAt == nil { self.token = try await examined(token) }
  }

  /// The token with its end; as it was if it may not look itself up, as one without the default policy.
  private func examined(_ token: BaoToken) async throws(StoreError) -> BaoToken {
    struct Response: Decodable {
      struct Payload: Decodable {
        let ttl: Seconds
        let renewable: Bool?
      }
      let data: Payload
    }
    do throws(RequestFailure) {
      let response = try await request(
        .get, "auth/token/lookup-self", body: nil, token: token.text, isRepeatable: true)
      guard response.isSuccess,
        let read = try? JSONDecoder().decode(Response.self, from: Data(response.body))
      else { return BaoToken(token.text, now: elapsed) }
      return BaoToken(
        token.text, lease: read.data.ttl, isRenewable: read.data.renewable ?? false,
        now: elapsed)
    } catch {
      throw error.storeError
    }
  }

  /// One login or renewal at a time, shared by all callers.
  private func validToken() async throws(StoreError) -> BaoToken {
    if let token, (token.renewAt ?? Int64.max) > elapsed { return token }
    let token = try await renewal.value { () async throws(StoreError) in
      try await self.newToken()
    }
    self.token = token
    return token
  }

  /// In milliseconds: a lease is a duration, whatever a clock does meanwhile.
  private var elapsed: Int64 { Int64(runtime.elapsed() / .milliseconds(1)) }

  /// Seconds after which a token that was given to us is looked at.
  private static let examinationPause = Seconds(60)
  /// Seconds before a renewal that failed is tried again, while the token is valid.
  private static let renewalPause = Seconds(30)

  private func newToken() async throws(StoreError) -> BaoToken {
    guard let token else { return try await loggedIn() }
    do throws(StoreError) {
      if token.isUnexamined {
        let examined = try await examined(token)
        if (examined.renewAt ?? .max) > elapsed { return examined }
      }
      if token.isRenewable, let renewed = try await renewed(token) { return renewed }
      return try await loggedIn()
    } catch {
      let now = elapsed
      guard let end = token.endsAt, end > now else { throw error }
      return token.postponed(to: min(end, now + Self.renewalPause.milliseconds.count))
    }
  }

  /// The login is read each time.
  private func loggedIn() async throws(StoreError) -> BaoToken {
    let credentials = try login()
    self.credentials = credentials
    guard let (path, body) = credentials.login else {
      guard case .token(let text) = credentials else { throw .unauthorized("there is no token") }
      // One that cannot be renewed is used to its end.
      return text == token?.text
        ? BaoToken(text, now: elapsed)
        : BaoToken(given: text, checkAt: elapsed + Self.examinationPause.milliseconds.count)
    }
    do throws(RequestFailure) {
      let response = try await request(.post, path, body: body, token: nil, isRepeatable: true)
      if let token = BaoToken(response: response.body, now: elapsed),
        response.isSuccess
      {
        return token
      }
      throw RequestFailure.refused(BaoResponse(response).loginFault(hiding: credentials.secrets))
    } catch {
      throw error.storeError
    }
  }

  /// `nil` if it can be renewed no more.
  private func renewed(_ token: BaoToken) async throws(StoreError) -> BaoToken? {
    do throws(RequestFailure) {
      let response = try await request(
        .post, "auth/token/renew-self", body: Array("{}".utf8), token: token.text,
        isRepeatable: true)
      return response.isSuccess
        ? BaoToken(response: response.body, now: elapsed) : nil
    } catch {
      throw error.storeError
    }
  }

  /// Another token, because the server refused this one.
  ///
  /// - Returns: `nil` if the token is valid, so that another one would be refused as well.
  /// - Throws: `unauthorized` if the login gives the same token again, or none.
  private func replacement(of token: BaoToken) async throws(RequestFailure) -> BaoToken? {
    if let current = self.token, current.text != token.text { return current }
    if try await isValid(token) { return nil }
    let next: BaoToken
    do throws(StoreError) {
      next = try await renewal.value { () async throws(StoreError) in try await self.loggedIn() }
    } catch {
      throw .refused(error)
    }
    guard next.text != token.text else {
      throw .refused(.unauthorized("the token is invalid or expired"))
    }
    self.token = next
    return next
  }

  /// Whether the server knows the token, whatever its policies forbid.
  ///
  /// A refusal has the same text for a policy that forbids the request and for an invalid token. Without
  /// the default policy a valid token may not look itself up either; but asked about a mount, the server
  /// says whether it is the policies that hide it (OpenBao 2.7).
  private func isValid(_ token: BaoToken) async throws(RequestFailure) -> Bool {
    let own = try await request(
      .get, "auth/token/lookup-self", body: nil, token: token.text, isRepeatable: true)
    if own.status != 403 { return true }
    // Every namespace has this mount.
    let mount = try await request(
      .get, "sys/internal/ui/mounts/sys", body: nil, token: token.text, isRepeatable: true)
    return mount.status != 403 || BaoResponse(mount).isHiddenByPolicies
  }
}
