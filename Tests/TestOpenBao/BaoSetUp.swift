import TestSupport

/// What an operator sets up for a test.
extension BaoClient {
  /// Mounts a KV engine.
  package func mountKV(_ mount: String = "secret", version: Int = 2) async throws {
    try order("POST", "sys/mounts/\(mount)", ["type": "kv", "options": ["version": "\(version)"]])
    if version == 2 { try await waitForKV(mount) }
  }

  /// A new engine of version 2 refuses all calls until it has made itself ready, each node apart.
  func waitForKV(_ mount: String = "secret") async throws {
    try await eventually("the mount \(mount)") { try call("GET", "\(mount)/config").isSuccess }
  }

  package func makeNamespace(_ name: String) throws { try order("POST", "sys/namespaces/\(name)") }

  package func writePolicy(_ name: String, _ text: String) throws {
    try order("PUT", "sys/policies/acl/\(name)", ["policy": text])
  }

  /// A new token.
  ///
  /// - Parameters:
  ///   - lifetime: as OpenBao writes it: `10s`, `5m`.
  ///   - hasDefaultPolicy: it may look itself up and ask for its capabilities.
  package func makeToken(
    _ policies: [String], lifetime: String = "10m", hasDefaultPolicy: Bool = true
  ) throws -> String {
    let answer = try order(
      "POST", "auth/token/create",
      [
        "policies": policies, "ttl": lifetime, "renewable": true,
        "no_default_policy": !hasDefaultPolicy,
      ])
    return try text(answer, "auth", "client_token")
  }

  /// A role to log in by, with its two halves.
  ///
  /// - Parameter hasDefaultPolicy: its tokens may look themselves up and ask for their capabilities.
  package func makeAppRole(
    _ role: String, _ policies: [String], lifetime: String = "10m", hasDefaultPolicy: Bool = true
  ) throws -> (roleID: String, secretID: String) {
    try enableAuth("approle")
    try order(
      "POST", "auth/approle/role/\(role)",
      [
        "token_policies": policies, "token_ttl": lifetime,
        "token_no_default_policy": !hasDefaultPolicy,
      ])
    let id = try order("GET", "auth/approle/role/\(role)/role-id")
    let secret = try order("POST", "auth/approle/role/\(role)/secret-id")
    return (try text(id, "data", "role_id"), try text(secret, "data", "secret_id"))
  }

  /// A role for who holds a token of this issuer with these claims.
  package func makeJWTRole(
    _ role: String, _ policies: [String], issuer: TestIssuer, claims: [String: String],
    lifetime: String = "10m"
  ) throws {
    try enableAuth("jwt")
    try order("POST", "auth/jwt/config", ["jwt_validation_pubkeys": [issuer.publicKey]])
    try order(
      "POST", "auth/jwt/role/\(role)",
      [
        "role_type": "jwt", "user_claim": "sub", "bound_audiences": [TestIssuer.audience],
        "bound_claims": claims, "token_policies": policies, "token_ttl": lifetime,
      ])
  }

  private func enableAuth(_ type: String) throws {
    let answer = try call("POST", "sys/auth/\(type)", ["type": type])
    guard answer.isSuccess || answer.text.contains("path is already in use") else {
      throw Refused(call: "enable \(type)", answer: answer)
    }
  }

  private func text(_ answer: BaoResponse, _ part: String, _ key: String) throws -> String {
    guard let text = answer.value(part, key, as: String.self) else {
      throw Refused(call: key, answer: answer)
    }
    return text
  }
}
