import Crypto
import Encodings
import FoundationEssentials
package import Model
import Secrets

/// A consent that a person is asked for in a browser (RFC 6749 section 4.1, RFC 7636, RFC 8252).
package struct AuthorizationRequest: Sendable {
  /// What the browser is shown.
  package let url: String
  package let redirect: String
  private let state: String
  let verifier: SecretBytes

  /// - Parameter redirect: where the browser brings the answer: on this machine.
  package init(
    _ client: Client, scopes: Set<Scope>, redirect: String
  ) throws(TokenFault) {
    let base = try client.endpoint(client.service.authorizationEndpoint, "authorization")
    let verifier = randomName()
    state = randomName()
    self.redirect = redirect
    self.verifier = SecretBytes(copying: verifier.utf8)
    var query: [(String, String)] = [
      ("response_type", "code"), ("client_id", client.id), ("redirect_uri", redirect),
      ("state", state),
    ]
    if client.service.scopes.isSent, !scopes.isEmpty {
      query.append(("scope", client.service.scopes.joined(scopes)))
    }
    if scopes.contains("openid") { query.append(("nonce", randomName())) }
    client.audience.map { query.append(("audience", $0)) }
    if client.service.pkce != .unsupported {
      query.append(("code_challenge", Base64.urlEncoded(SHA256.hash(data: Data(verifier.utf8)))))
      query.append(("code_challenge_method", "S256"))
    }
    query += client.service.authorizationParameters.sorted { $0.key < $1.key }.map { ($0, $1) }
    let text = query.map { "\($0)=\(percentEncoded($1))" }.joined(separator: "&")
    url = base + (base.contains("?") ? "&" : "?") + text
  }

  /// What the answer in the browser's request gives to be exchanged.
  ///
  /// - Parameter query: of the redirect, without `?`.
  /// - Throws: where it answers another request than this one, or brings an error.
  package func exchange(query: String) throws(TokenFault) -> TokenExchange {
    let members = ResponseValue.read(Array(query.utf8))
    guard let given = members?["state"]?.secret,
      given.constantTimeEquals(SecretBytes(copying: state.utf8))
    else { throw .configuration("the answer is not to this request (its `state` is another)") }
    let raw = RawResponse(status: 200, body: [], sentAt: Timestamp(milliseconds: 0))
    if let fault = TokenFault(errorResponse: members, raw, invalidGrantCodes: []) { throw fault }
    guard let code = members?["code"]?.secret else {
      throw .configuration("the answer has no code")
    }
    return .code(code, verifier: verifier, redirect: redirect)
  }
}

/// A consent that a person gives on another device (RFC 8628).
package struct DeviceAuthorization: Sendable {
  let code: SecretBytes
  /// What the person types in; it is meant to be shown.
  package let userCode: String
  package let url: String
  /// With the code in it, where the service has such.
  package let completeURL: String?
  package let endsAt: Timestamp
  /// Seconds between two questions.
  package let interval: Int64
}

extension TokenRequests {
  package func authorizeDevice(
    scopes: Set<Scope>
  ) async throws(TokenFault) -> DeviceAuthorization {
    var form = SecretForm()
    addScopes(scopes, to: &form)
    let url = try client.endpoint(client.service.deviceEndpoint, "device authorization")
    // RFC 8628 section 3.1: the client's id is a parameter, however it authenticates.
    if client.service.clientAuthentication == .basic, client.secret != nil {
      form.add("client_id", client.id)
    }
    let raw = try await post(form, to: url)
    let value = ResponseValue.read(raw.body)
    if let fault = TokenFault(errorResponse: value, raw, invalidGrantCodes: []) { throw fault }
    guard let code = value?["device_code"]?.secret,
      let userCode = value?["user_code"]?.plainText,
      let page = (value?["verification_uri"] ?? value?["verification_url"])?.plainText
    else { throw .transient("the answer has no device code", retryAfter: nil) }
    // No consent takes longer than a day, and no service means to be asked less often.
    let lifetime = (value?["expires_in"]?.seconds ?? 600).clamped(to: 1...86_400)
    let interval = (value?["interval"]?.seconds ?? 5).clamped(to: 1...300)
    return DeviceAuthorization(
      code: code, userCode: userCode, url: page,
      completeURL: value?["verification_uri_complete"]?.plainText,
      endsAt: raw.sentAt + lifetime.milliseconds, interval: interval.count)
  }

  /// Asks until the person has decided, as often as the service allows.
  ///
  /// - Parameter sleep: for so many seconds.
  /// - Throws: what the service says in the end; `consent` where the time is over.
  package func answer(
    to device: DeviceAuthorization, sleep: (Int64) async -> Void
  ) async throws(TokenFault) -> RawResponse {
    var interval = device.interval
    while true {
      await sleep(interval)
      if Task.isCancelled { throw .transient("it was cancelled", retryAfter: nil) }
      do throws(TokenFault) {
        let raw = try await send(.device(code: device.code))
        guard
          let fault = TokenFault(
            errorResponse: ResponseValue.read(raw.body), raw, invalidGrantCodes: [])
        else {
          return raw
        }
        throw fault
      } catch {
        switch error {
        case .authorizationPending: break
        // RFC 8628 section 3.5: five seconds more, from now on.
        case .slowDown: interval += 5
        case .transient, .answerLost: interval = min(interval * 2, 300)
        case .consent, .configuration, .unspecified: throw error
        }
      }
      if now() >= device.endsAt { throw .consent(.refused(code: "expired_token")) }
    }
  }
}
