import FoundationEssentials
package import Model
package import Secrets

/// A client as a connection's setup describes it, with its opened credentials.
package struct Client: Sendable {
  package let grant: OAuthGrant
  package let service: OAuthService
  package let id: String
  package let identity: ClientIdentity
  let secret: SecretBytes?
  let key: SigningKey?
  let audience: String?
  let resource: String?
  /// The hosts that its secrets may be sent to; `nil` if they are not known.
  private let destinations: Set<Destination>?
  private let fields: [FieldName: String]

  /// - Parameters:
  ///   - plain: the setup's plain fields.
  ///   - secrets: its opened ones.
  ///   - destinations: the hosts that were applied; nothing is sent to another. `nil` if they are not
  ///     known.
  /// - Throws: `TokenError.local` with the name of what is missing or unusable.
  package init(
    _ grant: OAuthGrant, _ service: OAuthService, plain: [FieldName: PlainValue],
    secrets: [FieldName: SecretBytes], destinations: Set<Destination>?
  ) throws(TokenError) {
    // The client's id is no secret, even if the setup seals it.
    let open = [ClientField.clientID, ClientField.clientEmail, ClientField.keyID]
    var fields = plain.mapValues(\.text)
    for field in open {
      if let value = secrets[field] { fields[field] = value.text() }
    }
    guard let id = fields[ClientField.clientID] ?? fields[ClientField.clientEmail] else {
      throw .local("no `\(ClientField.clientID)` in the setup")
    }
    guard let identity = ClientIdentity(grant, service, value: { fields[$0] }) else {
      throw .local("no token endpoint: a setup field that it uses is missing")
    }
    self.grant = grant
    self.service = service
    self.id = id
    self.identity = identity
    self.fields = fields
    self.destinations = destinations
    secret = secrets[ClientField.clientSecret]
    audience = fields[ClientField.audience]
    resource = fields[ClientField.resource]
    let needsKey = grant == .jwtBearer || service.clientAuthentication == .privateKeyJWT
    if needsKey {
      guard let pem = secrets[ClientField.privateKey] else {
        throw .local("no `\(ClientField.privateKey)` in the setup")
      }
      key = try SigningKey(pem, id: fields[ClientField.keyID])
    } else {
      key = nil
    }
    _ = try endpoint(service.tokenEndpoint, "token")
  }

  /// The scopes that the setup itself requests, for manifests that declare none.
  package var ownScopes: Set<Scope> {
    Set((fields[ClientField.scope] ?? "").split(separator: " ").map { Scope(String($0)) })
  }

  /// An endpoint's URL, which credentials may be sent to, at a host that was applied.
  func endpoint(
    _ template: EndpointTemplate?, _ name: String
  ) throws(TokenError) -> String {
    guard let template else { throw .local("the service has no \(name) endpoint") }
    guard let text = template.filled(with: { fields[$0] }) else {
      throw .local("no \(name) endpoint: a setup field that it uses is missing")
    }
    guard let url = text.endpointURL, let host = url.host(percentEncoded: false) else {
      throw .local("the \(name) endpoint is not a valid https URL")
    }
    guard let destinations else { return text }
    // Both readings of the URL must agree: ours is what was applied, the other is what is called.
    let port = url.port.map { ":\($0)" } ?? ""
    let forms = [host, host + port, "[\(host)]\(port)"].map { Destination(host: $0) }
    guard let destination = Destination(url: text), destinations.contains(destination),
      forms.contains(destination)
    else {
      throw .local(
        "the \(name) endpoint is at `\(host)\(port)`, which is not a host that was applied")
    }
    return text
  }
}

extension String {
  /// `nil` if credentials may not be sent to it.
  var endpointURL: URL? {
    CredentialURL(self, allowsPath: true).flatMap { URL(string: $0.text) }
  }
}
