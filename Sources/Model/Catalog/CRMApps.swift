/// Apps that manage contacts and leads.
///
/// Every app is written out in full, although some look alike: a reviewer compares one app with its
/// service's documentation, and a helper for similar apps would couple unrelated services.
extension App {
  static let activecampaign = App(
    id: "activecampaign", name: "ActiveCampaign",
    setups: [
      SetupShape(
        type: "api_key",
        fields: [
          FieldShape("api_key", secret: true),
          FieldShape("base_url", ValueConstraint(format: .httpsURL)),
        ])
    ],
    actions: [
      FlowAction("list_contacts"),
      FlowAction("upsert_contact"),
    ])

  static let clearbit = App(
    id: "clearbit", name: "Clearbit",
    setups: [
      SetupShape(
        type: "api_key",
        fields: [
          FieldShape("secret_key", secret: true)
        ])
    ],
    actions: [
      FlowAction("find_person"),
      FlowAction("find_company"),
    ],
    credentialsPage: "https://dashboard.clearbit.com/api")

  static let hubspot = App(
    id: "hubspot", name: "HubSpot",
    setups: [
      SetupShape(
        type: "api_key",
        fields: [
          FieldShape("api_key", secret: true)
        ]),
      .oauthCode,
    ],
    actions: [
      FlowAction("get_contact"),
      FlowAction("enroll_contact"),
      FlowAction("upsert_contact"),
    ], oauth: .hubspot,
    credentialsPage: "https://app.hubspot.com/l/private-apps")

  static let mailchimp = App(
    id: "mailchimp", name: "Mailchimp",
    setups: [
      SetupShape(
        type: "api_key",
        fields: [
          FieldShape("secret_key", secret: true)
        ]),
      .oauthCode,
    ],
    actions: [
      FlowAction("upsert_member")
    ], oauth: .mailchimp,
    credentialsPage: "https://admin.mailchimp.com/account/api")

  static let pipedrive = App(
    id: "pipedrive", name: "Pipedrive",
    setups: [
      SetupShape(
        type: "token",
        fields: [
          FieldShape("token", secret: true)
        ]),
      .oauthCode,
    ],
    actions: [
      FlowAction("add_organization"),
      FlowAction("add_person"),
      FlowAction("add_deal"),
    ], oauth: .pipedrive,
    credentialsPage: "https://app.pipedrive.com/settings/api")

  static let salesforce = App(
    id: "salesforce", name: "Salesforce",
    setups: [
      .oauthCode
    ],
    actions: [
      FlowAction("search_leads"),
      FlowAction("get_lead"),
      FlowAction("update_lead"),
      FlowAction("create_lead"),
    ], oauth: .salesforce)
}
