import Encodings
import FoundationEssentials
package import HTTP
package import Model
import Secrets

/// Requests to a service's endpoints for one client.
package struct TokenRequests: Sendable {
  /// Bytes of a response; a larger one is refused.
  package static let responseLimit = 1 << 20

  package let client: Client
  private let http: any HTTPTransport
  let now: @Sendable () -> Timestamp
  /// The service's, as far as its responses have shown it.
  private let clock = ServerClock()
  /// When the last request for tokens may begin; `nil` is any time.
  private let lastStart: Timestamp?

  /// - Parameters:
  ///   - skewSeconds: how far the service's clock was ahead of ours, if known.
  ///   - lastStart: after it, no tokens are requested and no request is repeated; `nil` is any time.
  package init(
    _ client: Client, http: any HTTPTransport, now: @escaping @Sendable () -> Timestamp,
    skewSeconds: Int64 = 0, lastStart: Timestamp? = nil
  ) {
    self.client = client
    self.http = http
    self.now = now
    self.lastStart = lastStart
    clock.note(skewSeconds: skewSeconds)
  }

  /// The response as received; `TokenResponse.read` interprets it.
  ///
  /// - Throws: also if it is too late to begin.
  package func send(_ exchange: TokenExchange) async throws(TokenError) -> RawResponse {
    guard isInTime else {
      throw .transient(
        "the request was not sent in time; this host may have been asleep", retryAfter: nil)
    }
    return try await post(to: client.endpoint(client.service.tokenEndpoint, "token")) {
      () throws(TokenError) in
      try form(of: exchange)
    }
  }

  private func form(of exchange: TokenExchange) throws(TokenError) -> SecretForm {
    var form = SecretForm()
    switch exchange {
    case .mint(let scopes):
      if client.grant == .jwtBearer {
        form.add("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
        form.add("assertion", try assertion(scopes: scopes))
      } else {
        form.add("grant_type", "client_credentials")
        addScopes(scopes, to: &form)
        client.audience.map { form.add("audience", $0) }
        client.resource.map { form.add("resource", $0) }
      }
    case .refresh(let token):
      form.add("grant_type", "refresh_token")
      form.add("refresh_token", token)
    case .code(let code, let verifier, let redirect):
      form.add("grant_type", "authorization_code")
      form.add("code", code)
      form.add("redirect_uri", redirect)
      if client.service.pkce != .unsupported { form.add("code_verifier", verifier) }
    case .device(let code):
      form.add("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
      form.add("device_code", code)
    }
    return form
  }

  func addScopes(_ scopes: Set<Scope>, to form: inout SecretForm) {
    for parameter in client.service.scopes.parameters(scopes) {
      form.add(parameter.name, client.service.scopes.joined(parameter.scopes))
    }
  }

  private func assertion(scopes: Set<Scope>) throws(TokenError) -> SecretBytes {
    guard let key = client.key else {
      throw .local("no `\(ClientField.privateKey)` in the setup")
    }
    let endpoint = try client.endpoint(client.service.tokenEndpoint, "token")
    return try key.assertion(
      issuer: client.id, subject: nil, audience: client.audience ?? endpoint,
      scope: scopes.isEmpty ? nil : client.service.scopes.joined(scopes), now: serverTime)
  }

  /// A process that was held up, as by a host that sleeps, may find that another one has continued.
  private var isInTime: Bool { lastStart.map { now() <= $0 } ?? true }

  private var serverTime: Timestamp { clock.time(at: now()) }

  /// Sends a form with the client's authentication.
  func post(_ form: SecretForm, to url: String) async throws(TokenError) -> RawResponse {
    try await post(to: url) { () throws(TokenError) in form }
  }

  /// Sends a form with the client's authentication. If it is refused, and the response shows that the service's
  /// clock differs from what it was dated by, it is sent once more: this machine's clock may have been set since
  /// the two were compared.
  private func post(
    to url: String, form: () throws(TokenError) -> SecretForm
  ) async throws(TokenError) -> RawResponse {
    let used = clock.skewSeconds
    let raw = try await sent(form(), to: url)
    guard isDated, abs(clock.skewSeconds - used) >= Self.tolerance, isRefused(raw), isInTime
    else { return raw }
    return try await sent(form(), to: url)
  }

  /// Seconds; clocks that differ by less count as equal.
  private static let tolerance: Int64 = 5

  /// Whether requests have an assertion, which says when it was made.
  private var isDated: Bool {
    client.grant == .jwtBearer || client.service.clientAuthentication == .privateKeyJWT
  }

  /// Whether a request was refused, perhaps for its date. What a service says of a refresh token or a code is not
  /// about that, and neither is presented again.
  private func isRefused(_ raw: RawResponse) -> Bool {
    let fault = TokenError(
      errorResponse: ResponseValue.read(raw.body), raw,
      invalidGrantCodes: client.service.refresh.invalidGrantCodes)
    return switch fault {
    case .configuration: true
    case .unspecified: client.grant != .authorizationCode
    case .consent: client.grant == .jwtBearer
    case nil, .local, .transient, .responseLost, .authorizationPending, .slowDown, .interrupted:
      false
    }
  }

  private func sent(_ form: SecretForm, to url: String) async throws(TokenError) -> RawResponse {
    var form = form
    var headers: [(name: String, value: String)] = [
      ("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"),
      ("Cache-Control", "no-store"),
    ]
    switch client.service.clientAuthentication {
    case _ where client.grant == .jwtBearer: break
    case .basic:
      // A client without a secret is a public one, which does not authenticate.
      if let secret = client.secret {
        headers.append(("Authorization", basic(client.id, secret)))
      } else {
        form.add("client_id", client.id)
      }
    case .post:
      form.add("client_id", client.id)
      client.secret.map { form.add("client_secret", $0) }
    case .privateKeyJWT:
      guard let key = client.key else {
        throw .local("no `\(ClientField.privateKey)` in the setup")
      }
      form.add(
        "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
      form.add(
        "client_assertion",
        try key.assertion(
          issuer: client.id, subject: client.id, audience: url, scope: nil, now: serverTime))
      form.add("client_id", client.id)
    case .none: form.add("client_id", client.id)
    }
    let sentAt = now()
    do throws(HTTPFailure) {
      let response = try await http.send(
        HTTPRequest(
          .post, url, headers: headers, body: form.bytes,
          authorities: client.service.authorities))
      guard response.body.count <= Self.responseLimit else { throw HTTPFailure.tooLarge }
      let raw = RawResponse(response, sentAt: sentAt, receivedAt: now())
      raw.skewSeconds.map { clock.note(skewSeconds: $0) }
      return raw
    } catch {
      throw TokenError(error)
    }
  }

  /// Both parts are form-encoded first (RFC 6749 section 2.3.1).
  private func basic(_ id: String, _ secret: SecretBytes) -> String {
    var bytes: [UInt8] = []
    for byte in id.utf8 { appendPercentEncoded(byte, to: &bytes) }
    bytes.append(UInt8(ascii: ":"))
    secret.withBytes { span in
      for index in span.indices { appendPercentEncoded(span[index], to: &bytes) }
    }
    return "Basic " + String(decoding: Base64.encoded(bytes), as: UTF8.self)
  }
}

extension ScopeRules {
  /// The scopes as a request names them: sorted, so that equal sets make equal requests.
  package func joined(_ scopes: Set<Scope>) -> String {
    scopes.sorted().map(\.rawValue).joined(separator: separator)
  }
}
