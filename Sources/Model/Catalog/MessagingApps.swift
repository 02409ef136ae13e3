/// Apps that send messages and mail.
///
/// Every app is written out in full, although some look alike: a reviewer compares one app with its
/// service's documentation, and a helper for similar apps would couple unrelated services.
extension App {
  static let slack = App(
    id: "slack", name: "Slack",
    setups: [
      SetupShape(
        type: "webhook",
        fields: [
          FieldShape("url", secret: true, ValueConstraint(format: .httpsURL))
        ]),
      .oauthCode,
    ],
    actions: [
      FlowAction("post_message")
    ], oauth: .slack)

  static let telegram = App(
    id: "telegram", name: "Telegram",
    setups: [
      SetupShape(
        type: "token",
        fields: [
          FieldShape("token", secret: true)
        ])
    ],
    actions: [
      FlowAction("send_message")
    ])

  static let twilio = App(
    id: "twilio", name: "Twilio",
    setups: [
      SetupShape(
        type: "api_key",
        fields: [
          FieldShape("account_id"),
          FieldShape("api_key", secret: true),
        ])
    ],
    actions: [
      FlowAction("send_sms"),
      FlowAction("make_call"),
    ])

  static let whatsapp = App(
    id: "whatsapp", name: "WhatsApp",
    setups: [
      SetupShape(
        type: "token",
        fields: [
          FieldShape("token", secret: true)
        ])
    ],
    actions: [
      FlowAction("send_message")
    ])

  static let mailjet = App(
    id: "mailjet", name: "Mailjet",
    setups: [
      SetupShape(
        type: "api_key",
        fields: [
          FieldShape("api_key", secret: true),
          FieldShape("secret_key", secret: true),
        ])
    ],
    actions: [
      FlowAction("send_email", connection: .optional)
    ])

  static let sendgrid = App(
    id: "sendgrid", name: "SendGrid",
    setups: [
      SetupShape(
        type: "api_key",
        fields: [
          FieldShape("api_key", secret: true)
        ])
    ],
    actions: [
      FlowAction("send_email")
    ])
}
