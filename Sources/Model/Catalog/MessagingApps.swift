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
    ], oauth: .slack,
    credentialsPage: "https://api.slack.com/apps")

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
    ],
    credentialsPage: "https://t.me/BotFather")

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
    ],
    credentialsPage: "https://console.twilio.com/us1/account/keys-credentials/api-keys")

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
    ],
    credentialsPage: "https://developers.facebook.com/apps")

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
    ],
    credentialsPage: "https://app.mailjet.com/account/apikeys")

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
    ],
    credentialsPage: "https://app.sendgrid.com/settings/api_keys")
}
