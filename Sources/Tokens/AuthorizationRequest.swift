import Crypto
import Encodings
import FoundationEssentials
package import Model
import Secrets

/// An authorization that a person gives in a browser (RFC 6749 section 4.1, RFC 7636, RFC 8252).
package struct AuthorizationRequest: Sendable {
  /// The page to open in the browser.
  package let url: String
  package let redirect: String
  private let state: String
  let verifier: SecretBytes

  /// - Parameter redirect: a URL on this machine to which the service redirects the browser.
  package init(
    _ client: Client, scopes: Set<Scope>, redirect: String
  ) throws(TokenError) {
    let base = try client.endpoint(client.service.authorizationEndpoint, "authorization")
    let verifier = randomName()
    state = randomName()
    self.redirect = redirect
    self.verifier = SecretBytes(copying: verifier.utf8)
    var query: [(String, String)] = [
      ("response_type", "code"), ("client_id", client.id), ("redirect_uri", redirect),
      ("state", state),
    ]
    for parameter in client.service.scopes.parameters(scopes) {
      query.append((parameter.name, client.service.scopes.joined(parameter.scopes)))
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

  /// Whether a redirect belongs to this request.
  ///
  /// - Parameter query: of the redirect, without `?`.
  package func isAnswered(by query: String) -> Bool { hasState(Self.members(query)) }

  private static func members(_ query: String) -> ResponseValue? {
    ResponseValue.read(Array(query.utf8))
  }

  private func hasState(_ members: ResponseValue?) -> Bool {
    members?["state"]?.secret?.constantTimeEquals(SecretBytes(copying: state.utf8)) ?? false
  }

  /// The code exchange for the query that the redirect carries.
  ///
  /// - Parameter query: of the redirect, without `?`.
  /// - Throws: if the redirect belongs to another request, or carries an error.
  package func exchange(query: String) throws(TokenError) -> TokenExchange {
    let members = Self.members(query)
    guard hasState(members) else {
      throw .local("the response does not belong to this request (its `state` differs)")
    }
    let raw = RawResponse(status: 200, body: [], sentAt: Timestamp(milliseconds: 0))
    if let fault = TokenError(errorResponse: members, raw, invalidGrantCodes: []) { throw fault }
    guard let code = members?["code"]?.secret else {
      throw .local("the response has no code")
    }
    return .code(code, verifier: verifier, redirect: redirect)
  }
}
