/// Apps that keep records, documents and payments, or pass them on.
extension App {
  static let airtable = App(
    id: "airtable", name: "Airtable",
    setups: [
      SetupShape(
        type: "api_key",
        fields: [
          FieldShape("api_key", secret: true)
        ])
    ],
    actions: [
      FlowAction("update_record"),
      FlowAction("list_records"),
      FlowAction("create_record"),
    ], oauth: .airtable,
    credentialsPage: "https://airtable.com/create/tokens")

  static let bigquery = App(
    id: "bigquery", name: "Google BigQuery",
    setups: [
      SetupShape(
        type: "oauth_jwt",
        fields: [
          FieldShape("project_id", required: false),
          FieldShape("private_key", required: false, secret: true),
          FieldShape("client_email", required: false, ValueConstraint(format: .email)),
        ], grant: .jwtBearer)
    ],
    actions: [
      FlowAction("insert_rows")
    ], oauth: .googleServiceAccount,
    credentialsPage: "https://console.cloud.google.com/iam-admin/serviceaccounts")

  static let docusign = App(
    id: "docusign", name: "DocuSign",
    setups: [
      .oauthCode
    ], oauth: .docusign,
    credentialsPage: "https://admin.docusign.com/apps-and-keys")

  static let googleSheets = App(
    id: "google_sheets", name: "Google Sheets",
    setups: [
      .oauthCode
    ],
    actions: [
      FlowAction("add_row")
    ], oauth: .googleSheets,
    credentialsPage: "https://console.cloud.google.com/apis/credentials")

  static let stripe = App(
    id: "stripe", name: "Stripe",
    setups: [
      SetupShape(
        type: "key_pair",
        fields: [
          FieldShape("private_key", secret: true),
          FieldShape("public_key"),
        ]),
      .oauthCode,
    ],
    actions: [
      FlowAction("add_tax_id"),
      FlowAction("delete_tax_id"),
      FlowAction("create_portal_session"),
      FlowAction("create_customer"),
      FlowAction("update_customer"),
      FlowAction("find_customers"),
      FlowAction("get_customer"),
    ], oauth: .stripe,
    credentialsPage: "https://dashboard.stripe.com/apikeys")

  static let zapier = App(
    id: "zapier", name: "Zapier",
    setups: [
      SetupShape(
        type: "webhook",
        fields: [
          FieldShape("url", secret: true, ValueConstraint(format: .httpsURL))
        ])
    ],
    actions: [
      FlowAction("trigger_webhook")
    ], oauth: .zapier)
}
