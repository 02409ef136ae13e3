import Model
package import Secrets

extension TokenRequests {
  package var canRevoke: Bool { client.service.revocationEndpoint != nil }

  /// Revokes a token (RFC 7009); one that the service does not know counts as revoked (section
  /// 2.2).
  package func revoke(
    _ token: SecretBytes, isRefreshToken: Bool
  ) async throws(TokenError) {
    var form = SecretForm()
    form.add("token", token)
    form.add("token_type_hint", isRefreshToken ? "refresh_token" : "access_token")
    let raw = try await post(
      form, to: client.endpoint(client.service.revocationEndpoint, "revocation"))
    if let fault = TokenError(
      errorResponse: ResponseValue.read(raw.body), raw, invalidGrantCodes: [])
    {
      throw fault
    }
  }
}
