import Encodings
import FoundationEssentials
import Model

/// An access token, and its scopes, if known.
struct AccessToken: Sendable {
  let text: String
  /// `nil` if it is unknown.
  let scopes: Set<String>?
  /// Seconds since 1970; `nil` if it is unknown.
  let expiresAt: Int64?

  /// The response of a token endpoint (RFC 6749 section 5.1).
  init?(response: [UInt8], now: Int64) {
    struct Response: Decodable {
      let access_token: String
      let expires_in: Seconds?
      let scope: String?
    }
    guard let response = try? JSONDecoder().decode(Response.self, from: Data(response)) else {
      return nil
    }
    text = response.access_token
    scopes = response.scope.map(Self.scopes)
    expiresAt = response.expires_in.map { now + $0.count }
  }

  /// A token that was issued elsewhere. The claims of a JWT (RFC 7519) are read without
  /// verification: only its own server can verify them.
  init(ready text: String) {
    struct Claims: Decodable {
      let scope: String?
      let exp: Seconds?
    }
    self.text = text
    let parts = text.split(separator: ".")
    let payload = parts.count == 3 ? Base64.urlDecoded(parts[1]) : nil
    let claims = payload.flatMap { try? JSONDecoder().decode(Claims.self, from: Data($0)) }
    scopes = claims?.scope.map(Self.scopes)
    expiresAt = claims?.exp?.count
  }

  private init(_ text: String, scopes: Set<String>?) {
    self.text = text
    self.scopes = scopes
    expiresAt = nil
  }

  /// The same token, which nothing replaces before the server refuses it.
  var usedToItsEnd: AccessToken { AccessToken(text, scopes: scopes) }

  private static func scopes(_ text: String) -> Set<String> {
    Set(text.split(separator: " ").map(String.init))
  }
}
