/// The built-in apps.
///
/// Setups, fields and constraints are those of the Auth0 Management API v2 description (Flows vault
/// connections); app names and the scopes of actions those of the Auth0 docs on Forms vaults. Which
/// fields are secret is our decision. No service takes an empty credential, so we do not either,
/// even if the API states no minimum length.
extension Catalog {
  package static let builtIn = Catalog([
    .activecampaign, .airtable, .auth0, .bigquery, .clearbit, .docusign, .googleSheets, .http,
    .hubspot, .jwt, .mailchimp, .mailjet, .pipedrive, .salesforce, .sendgrid, .slack, .stripe,
    .telegram, .twilio, .whatsapp, .zapier,
  ])

  /// Actions of flows that belong to no app and use no connection, as `type.action`.
  package static let actionsOfNoApp = [
    "json.parse_json", "json.serialize_json", "json.create_json", "flow.map_value",
    "flow.return_json", "flow.do_nothing", "flow.store_vars", "flow.boolean_condition",
    "flow.error_message", "flow.delay_flow", "otp.verify_code", "otp.generate_code",
    "xml.parse_xml", "xml.serialize_xml", "email.verify_email",
  ]
}

extension SetupShape {
  /// Consent on the service's own page; the API does not name the other fields.
  static let oauthCode = SetupShape(
    type: "oauth_code",
    fields: [
      FieldShape("code", required: false, secret: true),
      FieldShape("client_id", required: false),
      FieldShape("client_secret", required: false, secret: true),
    ], isOpen: true, grant: .authorizationCode)
}
