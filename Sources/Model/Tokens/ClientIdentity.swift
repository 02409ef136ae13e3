import Crypto
import Encodings

/// The names of the setup fields that configure a client.
package enum ClientField {
  package static let clientID: FieldName = "client_id"
  package static let clientSecret: FieldName = "client_secret"
  package static let audience: FieldName = "audience"
  package static let resource: FieldName = "resource"
  package static let scope: FieldName = "scope"
  package static let privateKey: FieldName = "private_key"
  package static let keyID: FieldName = "key_id"
  /// The issuer of assertions (RFC 7523 section 3), where there is no `client_id`.
  package static let clientEmail: FieldName = "client_email"
}

extension ClientIdentity {
  /// The identity of a client as it is configured, without its secret, so that the secret can be
  /// rotated and the tokens stay valid.
  ///
  /// - Parameter value: a field of the setup.
  /// - Returns: `nil` where the setup does not say who the client is, or where its endpoint is.
  package init?(
    _ grant: OAuthGrant, _ service: OAuthService, value: (FieldName) -> String?
  ) {
    guard let id = value(ClientField.clientID) ?? value(ClientField.clientEmail),
      let endpoint = service.tokenEndpoint.filled(with: value)
    else { return nil }
    var hash = SHA256()
    let parts = [
      grant.rawValue, id, endpoint, value(ClientField.audience) ?? "",
      value(ClientField.resource) ?? "",
    ]
    for part in parts { hash.update(data: Array("\(part.utf8.count):\(part)".utf8)) }
    self.init(id: id, digest: hexadecimal(Array(hash.finalize())))
  }
}
