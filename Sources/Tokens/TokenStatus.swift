package import Model
package import Secrets

/// What a service says of a token (RFC 7662).
package struct Introspection: Sendable {
  package let isActive: Bool
  package let granted: Set<Scope>?
  package let expiry: TokenExpiry
}

extension TokenRequests {
  package var canIntrospect: Bool { client.service.introspectionEndpoint != nil }

  package func introspect(_ token: SecretBytes) async throws(TokenFault) -> Introspection {
    var form = SecretForm()
    form.add("token", token)
    form.add("token_type_hint", "access_token")
    let raw = try await post(
      form, to: client.endpoint(client.service.introspectionEndpoint, "introspection"))
    let value = ResponseValue.read(raw.body)
    if let fault = TokenFault(errorResponse: value, raw, invalidGrantCodes: []) { throw fault }
    guard let value, case .boolean(let isActive)? = value["active"] else {
      throw .transient("the answer does not say whether the token is active", retryAfter: nil)
    }
    let scopes = value["scope"]?.plainText.map { text in
      Set(text.split { $0.isWhitespace || $0 == "," }.map { Scope(String($0)) })
    }
    let ends = value["exp"]?.seconds.map {
      TokenExpiry.at(Timestamp(milliseconds: max($0, 0).milliseconds.count))
    }
    return Introspection(isActive: isActive, granted: scopes, expiry: ends ?? .unknown)
  }

  package var canRevoke: Bool { client.service.revocationEndpoint != nil }

  /// RFC 7009: a token that the service does not know counts as revoked (section 2.2).
  package func revoke(
    _ token: SecretBytes, isRefreshToken: Bool
  ) async throws(TokenFault) {
    var form = SecretForm()
    form.add("token", token)
    form.add("token_type_hint", isRefreshToken ? "refresh_token" : "access_token")
    let raw = try await post(
      form, to: client.endpoint(client.service.revocationEndpoint, "revocation"))
    if let fault = TokenFault(
      errorResponse: ResponseValue.read(raw.body), raw, invalidGrantCodes: [])
    {
      throw fault
    }
  }
}
