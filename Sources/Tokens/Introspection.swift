package import Model
package import Secrets

/// What a service reports about a token (RFC 7662).
package struct Introspection: Sendable {
  package let isActive: Bool
  package let granted: Set<Scope>?
  package let expiry: TokenExpiry
}

extension TokenRequests {
  package var canIntrospect: Bool { client.service.introspectionEndpoint != nil }

  package func introspect(_ token: SecretBytes) async throws(TokenError) -> Introspection {
    var form = SecretForm()
    form.add("token", token)
    form.add("token_type_hint", "access_token")
    let raw = try await post(
      form, to: client.endpoint(client.service.introspectionEndpoint, "introspection"))
    let value = ResponseValue.read(raw.body)
    if let fault = TokenError(errorResponse: value, raw, invalidGrantCodes: []) { throw fault }
    guard let value, case .boolean(let isActive)? = value["active"] else {
      throw .transient("the response does not say whether the token is active", retryAfter: nil)
    }
    let scopes = value["scope"]?.plainText.map { text in
      Set(text.split { $0.isWhitespace || $0 == "," }.map { Scope(String($0)) })
    }
    let ends = value["exp"]?.seconds.map {
      TokenExpiry.at(Timestamp(milliseconds: max($0, 0).milliseconds.count))
    }
    return Introspection(isActive: isActive, granted: scopes, expiry: ends ?? .unknown)
  }
}
