import Crypto
import CryptoExtras
import Encodings
import FoundationEssentials
import Model
import Secrets

/// A private key that signs assertions: RSA (RS256) or P-256 (ES256), in PEM.
struct SigningKey: Sendable {
  private enum Key: Sendable {
    case rsa(_RSA.Signing.PrivateKey)
    case p256(P256.Signing.PrivateKey)
  }

  private let key: Key
  private let id: String?

  init(_ pem: SecretBytes, id: String?) throws(TokenError) {
    // A key copied from JSON may still have its line breaks escaped.
    let text = pem.text().replacing("\\n", with: "\n")
    if let rsa = try? _RSA.Signing.PrivateKey(pemRepresentation: text) {
      key = .rsa(rsa)
    } else if let p256 = try? P256.Signing.PrivateKey(pemRepresentation: text) {
      key = .p256(p256)
    } else {
      throw .local("`\(ClientField.privateKey)` is not an RSA or P-256 key in PEM format")
    }
    self.id = id
  }

  /// A signed JWT (RFC 7515 section 7.1), valid for five minutes.
  ///
  /// - Parameter now: by the server's clock, if known.
  func assertion(
    issuer: String, subject: String?, audience: String, scope: String?, now: Timestamp
  ) throws(TokenError) -> SecretBytes {
    struct Header: Encodable {
      let alg: String
      let typ = "JWT"
      let kid: String?
    }
    struct Claims: Encodable {
      let iss: String
      let sub: String?
      let aud: String
      let scope: String?
      let iat: Int64
      let exp: Int64
      let jti: String
    }
    let algorithm =
      switch key {
      case .rsa: "RS256"
      case .p256: "ES256"
      }
    let seconds = now.milliseconds / 1000
    do {
      let header = try canonicalJSON(Header(alg: algorithm, kid: id))
      let claims = try canonicalJSON(
        Claims(
          iss: issuer, sub: subject, aud: audience, scope: scope, iat: seconds,
          exp: seconds + 300, jti: randomName()))
      let signed = "\(Base64.urlEncoded(header.utf8)).\(Base64.urlEncoded(claims.utf8))"
      let message = Data(signed.utf8)
      let signature =
        switch key {
        case .rsa(let key):
          try key.signature(for: message, padding: .insecurePKCS1v1_5).rawRepresentation
        case .p256(let key): try key.signature(for: message).rawRepresentation
        }
      return SecretBytes(copying: "\(signed).\(Base64.urlEncoded(signature))".utf8)
    } catch {
      throw .local("`\(ClientField.privateKey)` cannot sign")
    }
  }
}

/// 256 random bits, as a name that needs no escaping in a URL.
package func randomName() -> String {
  var generator = SystemRandomNumberGenerator()
  return Base64.urlEncoded((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
}
