/// The names of the setup fields that configure a client.
package enum ClientField {
  package static let clientID: FieldName = "client_id"
  package static let clientSecret: FieldName = "client_secret"
  package static let audience: FieldName = "audience"
  package static let resource: FieldName = "resource"
  package static let scope: FieldName = "scope"
  package static let privateKey: FieldName = "private_key"
  package static let keyID: FieldName = "key_id"
  /// The issuer of assertions (RFC 7523 section 3), if there is no `client_id`.
  package static let clientEmail: FieldName = "client_email"
}
