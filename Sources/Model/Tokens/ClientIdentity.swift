import Crypto
import Encodings

/// The client that tokens were issued to: another client cannot use them.
package struct ClientIdentity: Hashable, Sendable, Codable {
  package let id: String
  /// SHA-256 of the client's configuration without its secret, in hex.
  package let digest: String

  package init(id: String, digest: String) {
    self.id = id
    self.digest = digest
  }
}

extension ClientIdentity {
  /// The identity of a client as it is configured, without its secret, so that the secret can be
  /// rotated and the tokens stay valid.
  ///
  /// - Parameter value: a field of the setup.
  /// - Returns: `nil` if the setup lacks the client's id or its endpoint.
  package init?(
    _ grant: OAuthGrant, _ service: OAuthService, value: (FieldName) -> String?
  ) {
    guard let id = value(ClientField.clientID) ?? value(ClientField.clientEmail),
      let endpoint = service.tokenEndpoint?.filled(with: value)
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
