/// Apps for any service: an Auth0 tenant, an HTTP API, signed tokens.
extension App {
  static let auth0 = App(
    id: "auth0", name: "Auth0",
    setups: [
      SetupShape(
        type: "oauth_app",
        fields: [
          FieldShape("client_id"),
          FieldShape("client_secret", secret: true),
          FieldShape("domain", ValueConstraint(format: .hostName)),
          FieldShape("audience", required: false, ValueConstraint(format: .httpsURL)),
        ], grant: .clientCredentials)
    ],
    actions: [
      FlowAction("send_sms", connection: .none),
      FlowAction("make_call", connection: .none),
      FlowAction("update_user", scopes: ["update:users"]),
      FlowAction("send_email", connection: .none),
      FlowAction("get_user", scopes: ["read:users"]),
      FlowAction("create_user", scopes: ["create:users"]),
      FlowAction("send_request"),
    ], oauth: .auth0,
    credentialsPage: "https://manage.auth0.com")

  static let http = App(
    id: "http", name: "HTTP Request",
    setups: [
      SetupShape(
        type: "bearer",
        fields: [
          FieldShape("token", secret: true)
        ]),
      SetupShape(
        type: "basic_auth",
        fields: [
          FieldShape("username", ValueConstraint(max: 155)),
          FieldShape("password", required: false, secret: true, ValueConstraint(max: 155)),
        ]),
      SetupShape(
        type: "api_key",
        fields: [
          FieldShape("name", ValueConstraint(max: 55)),
          FieldShape("value", secret: true, ValueConstraint(max: 255)),
          FieldShape("in", ValueConstraint(oneOf: ["HEADER", "QUERY"])),
        ]),
      SetupShape(
        type: "oauth_client_credentials",
        fields: [
          FieldShape("client_id", ValueConstraint(max: 255)),
          FieldShape("client_secret", secret: true, ValueConstraint(max: 255)),
          FieldShape("token_endpoint", ValueConstraint(max: 500, format: .httpsURL)),
          FieldShape("audience", required: false, ValueConstraint(max: 255)),
          FieldShape("resource", required: false, ValueConstraint(max: 255)),
          FieldShape("scope", required: false, ValueConstraint(max: 1024)),
        ], grant: .clientCredentials),
    ],
    actions: [
      FlowAction("send_request", connection: .optional)
    ], oauth: .http)

  static let jwt = App(
    id: "jwt", name: "JSON Web Token",
    setups: [
      SetupShape(
        type: "jwt",
        fields: [
          FieldShape("algorithm", ValueConstraint(oneOf: signatureAlgorithms))
        ], isOpen: true)
    ],
    actions: [
      FlowAction("sign_jwt"),
      FlowAction("verify_jwt"),
      FlowAction("decode_jwt", connection: .none),
    ])
}

/// RFC 7518 section 3.1.
private let signatureAlgorithms = [
  "HS256", "HS384", "HS512", "RS256", "RS384", "RS512",
  "ES256", "ES384", "ES512", "PS256", "PS384", "PS512",
]
