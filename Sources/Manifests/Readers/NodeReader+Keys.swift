/// The keys that manifests and the project file have, for excerpts: a key that is none of them may be a
/// secret in the wrong place.
extension NodeReader {
  static let projectKeys = [
    "apiVersion", "kind", "name", "id", "manifests", "recipients", "store", "policy", "signing",
    "signers", "apps", "environments", "flows", "tokens", "tls",
  ]

  /// Of all mappings, whichever it is: these words give nothing away.
  static let keys: Set<String> = Set(
    projectKeys + [
      "metadata", "spec", "renamedFrom", "labels", "annotations", "app", "setup", "scopes",
      "publicFields", "lifecycle", "ignore", "preventDestroy", "type", "path", "keys", "failOn",
      "overlay", "ledger", "domain", "baseURL", "credentialsCommand", "address", "namespace",
      "mount", "prefix", "login", "method", "role", "jwtFrom", "setups", "actions", "oauth", "open",
      "fields", "grant", "required", "secret", "minLength", "maxLength", "oneOf", "format",
      "action", "connection", "authorizationEndpoint", "tokenEndpoint", "deviceEndpoint",
      "revocationEndpoint", "introspectionEndpoint", "authorizationParameters",
      "clientAuthentication", "pkce", "refresh", "accessTokens", "separator", "sent", "member",
      "aliases", "implied", "rotation", "graceSeconds", "idleSeconds", "idleRenewedBy",
      "hardSeconds", "invalidGrantCodes", "revocationEndsOthers", "lifetimeSeconds",
      "neverExpire", "zeroMeans", "optionalParameter", "userParameter", "userMember",
      "testingSeconds", "issuer", "marginSeconds", "marginPercent", "journal", "caFile",
    ])
}

extension Manifest {
  /// The keys of manifests and of the project file; without the fields of setups, which the catalog has.
  package static var knownKeys: Set<String> { NodeReader.keys }
}
