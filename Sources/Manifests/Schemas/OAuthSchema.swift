import Model

/// The schema of `oauth:` of an app.
enum OAuthSchema {
  static func count(_ limit: NumberLimit, _ description: String? = nil) -> JSON {
    let members: JSON.Members = [
      "type": ["integer", "null"], "minimum": .number(Int(limit.range.lowerBound)),
      "maximum": .number(Int(limit.range.upperBound)),
    ]
    return description.map { Schemas.described($0, members) } ?? .object(members)
  }
  private static var truth: JSON { ["type": ["boolean", "null"]] }
  private static var text: JSON { ["type": ["string", "null"]] }

  private static let url = "^" + CredentialURL.pattern(hasFields: true) + #"([/?][!-"$-~]*)?$"#
  private static let endpoint: JSON = Schemas.described(
    "An https URL, or http for this machine; {field} is replaced by that setup field.",
    [
      "type": ["string", "null"],
      "pattern": .string(#"^\{[a-z][a-z0-9_]*\}$|"# + url),
    ])

  private static func choice(_ names: [String]) -> JSON {
    ["enum": .array(names.map { .string($0) } + [.null])]
  }

  static var json: JSON {
    Schemas.closed(
      "The service's OAuth 2 endpoints and behavior.",
      [
        "authorizationEndpoint": endpoint, "tokenEndpoint": endpoint, "deviceEndpoint": endpoint,
        "revocationEndpoint": endpoint, "introspectionEndpoint": endpoint,
        "authorizationParameters": Schemas.described(
          "Additional parameters of authorization requests.",
          ["type": ["object", "null"], "additionalProperties": Schemas.text]),
        "clientAuthentication": choice(ClientAuthentication.allCases.map(\.rawValue)),
        "pkce": choice(PKCE.allCases.map(\.rawValue)),
        "scopes": scopes, "refresh": refresh, "accessTokens": accessTokens,
        "tls": authorities,
        "issuer": Schemas.described(
          "Its metadata (RFC 8414, OpenID Connect) names the endpoints that are not given.",
          [
            "type": ["string", "null"],
            "pattern": .string(
              "^" + CredentialURL.pattern(hasFields: false) + #"(/[!-"$->@-z|~]*)?$"#),
          ]),
      ], nullable: true,
      conditions: ["anyOf": [["required": ["tokenEndpoint"]], ["required": ["issuer"]]]])
  }

  static var authorities: JSON {
    Schemas.closed(
      "Certificate authorities that are trusted besides those of the machine.",
      [
        "caFile": Schemas.described(
          "A PEM file, in the project or with an absolute path.", ["type": ["string", "null"]])
      ], nullable: true)
  }

  private static var scopes: JSON {
    Schemas.closed(
      "How the service writes scopes.",
      [
        "separator": text, "sent": truth, "member": text,
        "aliases": Schemas.described(
          "Alternative spellings of scopes.",
          ["type": ["object", "null"], "additionalProperties": Schemas.text]),
        "implied": Schemas.described(
          "Scopes that a scope implies.",
          [
            "type": ["object", "null"],
            "additionalProperties": ["type": "array", "items": Schemas.text],
          ]),
        "optionalParameter": Schemas.described(
          "Request parameter for scopes that a manifest lists as optional:SCOPE.",
          ["type": ["string", "null"]]),
        "userParameter": Schemas.described(
          "Request parameter for scopes that a manifest lists as user:SCOPE.",
          ["type": ["string", "null"]]),
        "userMember": Schemas.described(
          "Member of the response that has the tokens for user:SCOPE.",
          ["type": ["string", "null"]]),
      ], nullable: true)
  }

  private static var refresh: JSON {
    Schemas.closed(
      "Rotation and expiry of refresh tokens.",
      [
        "rotation": choice(RefreshRules.Rotation.allCases.map(\.rawValue)),
        "graceSeconds": count(.refreshGrace), "idleSeconds": count(.tokenLifetime),
        "idleRenewedBy": text, "hardSeconds": count(.tokenLifetime),
        "testingSeconds": count(.tokenLifetime),
        "invalidGrantCodes": Schemas.list("Error codes equivalent to invalid_grant.", Schemas.text),
        "revocationEndsOthers": truth,
      ], nullable: true)
  }

  private static var accessTokens: JSON {
    Schemas.closed(
      "Lifetime of access tokens if the response does not give one.",
      [
        "lifetimeSeconds": count(.tokenLifetime), "neverExpire": truth,
        "zeroMeans": choice(AccessLifetime.Zero.allCases.map(\.rawValue)),
      ], nullable: true)
  }
}
