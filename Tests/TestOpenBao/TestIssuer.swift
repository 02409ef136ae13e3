import Crypto
import Foundation

/// Somebody who says who a pipeline is, as a CI service does: signed tokens (RFC 7519, ES256).
package struct TestIssuer: Sendable {
  package static let audience = "https://vault.example.com"
  private let key = P256.Signing.PrivateKey()

  package init() {}

  /// PEM.
  var publicKey: String { key.publicKey.pemRepresentation }

  /// - Parameters:
  ///   - starts: in seconds from now; later than now for a clock that is ahead of the server's.
  ///   - ends: in seconds from now.
  package func token(
    _ claims: [String: String], subject: String = "repo:acme/vault:ref:refs/heads/main",
    starts: Int = 0, ends: Int = 300
  ) throws -> String {
    let now = Int(Date().timeIntervalSince1970)
    var body: [String: any Sendable] = claims
    body["sub"] = subject
    body["aud"] = Self.audience
    body["iat"] = now + starts
    body["nbf"] = now + starts
    body["exp"] = now + ends
    let parts = [["alg": "ES256", "typ": "JWT"], body]
    let text = try parts.map {
      encoded(try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys))
    }.joined(separator: ".")
    let signature = try key.signature(for: Data(text.utf8))
    return "\(text).\(encoded(signature.rawRepresentation))"
  }

  private func encoded(_ data: Data) -> String {
    data.base64EncodedString().replacingOccurrences(of: "+", with: "-")
      .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
  }
}
