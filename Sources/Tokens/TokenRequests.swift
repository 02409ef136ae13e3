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
  private let skewSeconds: Int64

  /// - Parameter skewSeconds: how far the service's clock is ahead of ours, if known.
  package init(
    _ client: Client, http: any HTTPTransport, now: @escaping @Sendable () -> Timestamp,
    skewSeconds: Int64 = 0
  ) {
    self.client = client
    self.http = http
    self.now = now
    self.skewSeconds = skewSeconds
  }

  /// The response as received; `TokenResponse.read` interprets it.
  package func send(_ exchange: TokenExchange) async throws(TokenError) -> RawResponse {
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
    return try await post(form, to: client.endpoint(client.service.tokenEndpoint, "token"))
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

  private var serverTime: Timestamp { now().adding(seconds: skewSeconds) }

  /// Sends a form with the client's authentication.
  func post(_ form: SecretForm, to url: String) async throws(TokenError) -> RawResponse {
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
      return RawResponse(response, sentAt: sentAt, receivedAt: now())
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
