import Encodings
import FoundationEssentials
package import HTTP
package import Model
package import Secrets

/// What is asked of a token endpoint.
package enum TokenExchange: Sendable {
  /// RFC 6749 section 4.4, or RFC 7523 section 2.1: by what the client's grant is.
  case mint(Set<Scope>)
  /// RFC 6749 section 6, always without `scope`: what was granted stays, and servers that narrow it
  /// do so for good.
  case refresh(SecretBytes)
  /// RFC 6749 section 4.1.3 with RFC 7636 section 4.5.
  case code(SecretBytes, verifier: SecretBytes, redirect: String)
  /// RFC 8628 section 3.4.
  case device(code: SecretBytes)
}

/// Asks a service's endpoints for one client.
package struct TokenRequests: Sendable {
  /// Bytes of an answer; more is refused.
  package static let answerLimit = 1 << 20

  package let client: Client
  private let http: any HTTPTransport
  let now: @Sendable () -> Timestamp
  private let skewSeconds: Int64

  /// - Parameter skewSeconds: that the service's clock is known to be ahead of ours.
  package init(
    _ client: Client, http: any HTTPTransport, now: @escaping @Sendable () -> Timestamp,
    skewSeconds: Int64 = 0
  ) {
    self.client = client
    self.http = http
    self.now = now
    self.skewSeconds = skewSeconds
  }

  /// The answer as it came; what it means, `TokenResponse.read` tells.
  package func send(_ exchange: TokenExchange) async throws(TokenFault) -> RawResponse {
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
    guard client.service.scopes.isSent, !scopes.isEmpty else { return }
    form.add("scope", client.service.scopes.joined(scopes))
  }

  private func assertion(scopes: Set<Scope>) throws(TokenFault) -> SecretBytes {
    guard let key = client.key else {
      throw .configuration("no `\(ClientField.privateKey)` in the setup")
    }
    let endpoint = try client.endpoint(client.service.tokenEndpoint, "token")
    return try key.assertion(
      issuer: client.id, subject: nil, audience: client.audience ?? endpoint,
      scope: scopes.isEmpty ? nil : client.service.scopes.joined(scopes), now: serverTime)
  }

  private var serverTime: Timestamp { now().adding(seconds: skewSeconds) }

  /// Sends a form with the client's authentication.
  func post(_ form: SecretForm, to url: String) async throws(TokenFault) -> RawResponse {
    var form = form
    var headers: [(name: String, value: String)] = [
      ("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"),
      ("Cache-Control", "no-store"),
    ]
    switch client.service.clientAuthentication {
    case _ where client.grant == .jwtBearer: break
    case .basic:
      // Without a secret there is nothing to show: a public client.
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
        throw .configuration("no `\(ClientField.privateKey)` in the setup")
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
        HTTPRequest(.post, url, headers: headers, body: form.bytes))
      guard response.body.count <= Self.answerLimit else { throw HTTPFailure.tooLarge }
      return RawResponse(response, sentAt: sentAt, receivedAt: now())
    } catch {
      throw TokenFault(error)
    }
  }

  /// Both parts are encoded as in a form first (RFC 6749 section 2.3.1).
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
  /// As a request names them: in one order, so that equal sets are equal requests.
  package func joined(_ scopes: Set<Scope>) -> String {
    scopes.sorted().map(\.rawValue).joined(separator: separator)
  }
}
