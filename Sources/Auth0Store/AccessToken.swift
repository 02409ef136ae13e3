import FoundationEssentials

/// An access token, and what it allows where that is known.
struct AccessToken: Sendable {
  let text: String
  /// `nil` where it is unknown.
  let scopes: Set<String>?
  /// Seconds since 1970; `nil` where it is unknown.
  let expiresAt: Int64?

  /// The response of a token endpoint (RFC 6749 section 5.1).
  init?(answer: [UInt8], now: Int64) {
    struct Response: Decodable {
      let access_token: String
      let expires_in: Int64?
      let scope: String?
    }
    guard let answer = try? JSONDecoder().decode(Response.self, from: Data(answer)) else {
      return nil
    }
    text = answer.access_token
    scopes = answer.scope.map(Self.scopes)
    expiresAt = answer.expires_in.map { now + $0 }
  }

  /// A ready token. Of a JWT (RFC 7519) the claims are read, not verified: only its own server
  /// judges it.
  init(ready text: String) {
    struct Claims: Decodable {
      let scope: String?
      let exp: Int64?
    }
    self.text = text
    let parts = text.split(separator: ".")
    var payload = parts.count == 3 ? String(parts[1]) : ""
    payload = String(payload.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    payload += String(repeating: "=", count: (4 - payload.count % 4) % 4)
    let claims = Data(base64Encoded: payload)
      .flatMap { try? JSONDecoder().decode(Claims.self, from: $0) }
    scopes = claims?.scope.map(Self.scopes)
    expiresAt = claims?.exp
  }

  private static func scopes(_ text: String) -> Set<String> {
    Set(text.split(separator: " ").map(String.init))
  }
}
