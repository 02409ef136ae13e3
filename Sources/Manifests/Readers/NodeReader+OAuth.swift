import Diagnostics
import Model
import SourceYAML

/// `oauth:` of an app, and `tokens:` of a project file.
extension NodeReader {
  /// `nil` if none is given, or it is invalid.
  mutating func readOAuth(
    _ app: [YAMLEntry], _ path: String, setups: [SetupShape]
  ) -> OAuthService? {
    guard let node = app.given("oauth") else { return nil }
    let path = "\(path).oauth"
    let keys = [
      "authorizationEndpoint", "tokenEndpoint", "deviceEndpoint", "revocationEndpoint",
      "introspectionEndpoint", "authorizationParameters", "clientAuthentication", "pkce",
      "scopes", "refresh", "accessTokens", "tls", "issuer",
    ]
    guard let entries = mapping(node, path, keys: keys) else { return nil }
    let isDiscovered = entries.given("issuer") != nil
    guard entries.value("tokenEndpoint") != nil || isDiscovered else {
      report(
        .missingKey(
          "tokenEndpoint", in: path, of: node,
          example: "tokenEndpoint: https://id.example.com/oauth/token", file: file))
      return nil
    }
    let authentication: ClientAuthentication? = choice("clientAuthentication", in: entries, path)
    let pkce: PKCE? = choice("pkce", in: entries, path)
    func endpoint(_ key: String) -> EndpointTemplate? {
      readEndpoint(key, in: entries, path, setups)
    }
    let issuer = readIssuer(entries, path)
    let token = endpoint("tokenEndpoint")
    if token == nil, issuer == nil { return nil }
    return OAuthService(
      authorization: endpoint("authorizationEndpoint"), token: token,
      device: endpoint("deviceEndpoint"), revocation: endpoint("revocationEndpoint"),
      introspection: endpoint("introspectionEndpoint"),
      authorizationParameters: readTexts("authorizationParameters", in: entries, path),
      clientAuthentication: authentication ?? .basic, pkce: pkce ?? .unknown,
      scopes: readScopeRules(entries, path), refresh: readRefreshRules(entries, path),
      lifetime: readLifetime(entries, path), authorities: readAuthorities(entries, path),
      issuer: issuer)
  }

  /// `tls: {caFile: …}`, of a service or of the project.
  mutating func readAuthorities(_ entries: [YAMLEntry], _ path: String = "") -> String? {
    let path = path.isEmpty ? "tls" : "\(path).tls"
    guard let node = entries.given("tls"), let entries = mapping(node, path, keys: ["caFile"]),
      let file = entries.given("caFile")
    else { return nil }
    return self.file(file, "\(path).caFile")
  }

  /// A URL that credentials may be sent to; or a field of each setup with a grant.
  private mutating func readEndpoint(
    _ key: String, in entries: [YAMLEntry], _ path: String, _ setups: [SetupShape]
  ) -> EndpointTemplate? {
    guard let node = entries.given(key), let text = text(node, "\(path).\(key)") else { return nil }
    let template = EndpointTemplate(text)
    let tokenSetups = setups.filter { $0.grant != nil }
    for field in template.fields {
      if tokenSetups.allSatisfy({ $0.isOpen || $0[field] != nil }) { continue }
      report(.endpointField(field, "\(path).\(key)", at: location(node)))
    }
    let isField = template.fields.first.map { text == "{\($0)}" } ?? false
    // A field may be any part of it; whether its value is right is known when it is used.
    let example = template.filled { _ in "1" } ?? ""
    guard isField || CredentialURL(example, allowsPath: true) != nil else {
      report(.notAnEndpoint("\(path).\(key)", at: location(node)))
      return nil
    }
    return template
  }

  /// A fixed URL: a field would let a manifest choose what a plan requests.
  private mutating func readIssuer(_ entries: [YAMLEntry], _ path: String) -> String? {
    guard let node = entries.given("issuer"), let text = text(node, "\(path).issuer") else {
      return nil
    }
    guard CredentialURL(text, allowsPath: true) != nil,
      !text.contains(where: { "?{}".contains($0) })
    else {
      report(.notAnIssuer("\(path).issuer", at: location(node)))
      return nil
    }
    return text
  }

  private mutating func readTexts(
    _ key: String, in entries: [YAMLEntry], _ path: String
  ) -> [String: String] {
    guard let node = entries.given(key), let members = anyMapping(node, "\(path).\(key)") else {
      return [:]
    }
    var texts: [String: String] = [:]
    for member in members {
      texts[member.keyText] = text(member.value, "\(path).\(key).*")
    }
    return texts
  }

  private mutating func readScopeRules(_ entries: [YAMLEntry], _ path: String) -> ScopeRules {
    let path = "\(path).scopes"
    guard let node = entries.given("scopes"),
      let entries = mapping(
        node, path,
        keys: [
          "separator", "sent", "member", "aliases", "implied", "optionalParameter",
          "userParameter", "userMember",
        ])
    else { return ScopeRules() }
    var implied: [Scope: Set<Scope>] = [:]
    if let node = entries.given("implied"), let members = anyMapping(node, "\(path).implied") {
      for member in members {
        let items = list(member.value, "\(path).implied") ?? []
        implied[Scope(member.keyText)] = Set(
          items.compactMap { text($0, "\(path).implied").map { Scope($0) } })
      }
    }
    let aliases = readTexts("aliases", in: entries, path)
    return ScopeRules(
      separator: text("separator", in: entries, path) ?? " ",
      isSent: boolean("sent", in: entries, path) ?? true,
      grantedMember: text("member", in: entries, path) ?? "scope",
      aliases: Dictionary(aliases.map { (Scope($0.key), Scope($0.value)) }) { $1 },
      implied: implied,
      optionalParameter: text("optionalParameter", in: entries, path),
      user: readUserScopes(entries, path, of: node))
  }

  /// `userParameter` and `userMember`: both or none.
  private mutating func readUserScopes(
    _ entries: [YAMLEntry], _ path: String, of node: YAMLNode
  ) -> ScopeRules.UserScopes? {
    let parameter = text("userParameter", in: entries, path)
    let member = text("userMember", in: entries, path)
    switch (parameter, member) {
    case (let parameter?, let member?):
      return ScopeRules.UserScopes(parameter: parameter, member: member)
    case (nil, nil): break
    case (.some, nil):
      report(
        .missingKey(
          "userMember", in: path, of: node, example: "userMember: authed_user", file: file))
    case (nil, .some):
      report(
        .missingKey(
          "userParameter", in: path, of: node, example: "userParameter: user_scope", file: file))
    }
    return nil
  }

  private mutating func readRefreshRules(_ entries: [YAMLEntry], _ path: String) -> RefreshRules {
    let path = "\(path).refresh"
    guard let node = entries.given("refresh"),
      let entries = mapping(
        node, path,
        keys: [
          "rotation", "graceSeconds", "idleSeconds", "idleRenewedBy", "hardSeconds",
          "testingSeconds", "invalidGrantCodes", "revocationEndsOthers",
        ])
    else { return RefreshRules() }
    func seconds(_ key: String, _ limit: NumberLimit) -> Int64? {
      wholeNumber(key, in: entries, path, limit).map { Int64($0) }
    }
    let rotation: RefreshRules.Rotation? = choice("rotation", in: entries, path)
    return RefreshRules(
      rotation: rotation ?? .unknown, graceSeconds: seconds("graceSeconds", .refreshGrace) ?? 0,
      idleSeconds: seconds("idleSeconds", .tokenLifetime),
      idleRenewedBy: text("idleRenewedBy", in: entries, path).map { Scope($0) },
      hardSeconds: seconds("hardSeconds", .tokenLifetime),
      testingSeconds: seconds("testingSeconds", .tokenLifetime),
      invalidGrantCodes: Set(texts("invalidGrantCodes", in: entries, path)),
      revocationEndsOthers: boolean("revocationEndsOthers", in: entries, path) ?? false)
  }

  private mutating func readLifetime(_ entries: [YAMLEntry], _ path: String) -> AccessLifetime {
    let path = "\(path).accessTokens"
    guard let node = entries.given("accessTokens"),
      let entries = mapping(node, path, keys: ["lifetimeSeconds", "neverExpire", "zeroMeans"])
    else { return AccessLifetime() }
    let seconds = wholeNumber("lifetimeSeconds", in: entries, path, .tokenLifetime)
    let never = boolean("neverExpire", in: entries, path)
    let zero: AccessLifetime.Zero? = choice("zeroMeans", in: entries, path)
    let assumed: AccessLifetime.Assumed =
      never ?? false ? .forever : seconds.map { .seconds(Int64($0)) } ?? .unknown
    return AccessLifetime(assumed, zero: zero ?? .expired)
  }

  /// When tokens are renewed.
  mutating func readRenewalRule(_ entries: [YAMLEntry]) -> RenewalRule {
    guard let node = entries.given("tokens"),
      let entries = mapping(node, "tokens", keys: ["marginSeconds", "marginPercent", "journal"])
    else { return .standard }
    let seconds = wholeNumber("marginSeconds", in: entries, "tokens", .renewalMargin)
    let percent = wholeNumber("marginPercent", in: entries, "tokens", .renewalMarginPercent)
    return RenewalRule(
      marginSeconds: Int64(seconds ?? Int(RenewalRule.standard.marginSeconds)),
      marginPercent: Int64(percent ?? Int(RenewalRule.standard.marginPercent)))
  }

  /// Where responses with tokens are kept; what is wrong with the other keys is reported elsewhere.
  mutating func readTokenJournal(_ entries: [YAMLEntry]) -> TokenJournal {
    guard let node = entries.given("tokens"), let entries = node.entries else { return .disk }
    return choice("journal", in: entries, "tokens") ?? .disk
  }
}

extension Diagnostic {
  fileprivate static func notAnEndpoint(_ path: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidAppDefinition, "credentials cannot be sent to `\(path)`", at: location,
      notes: [
        "an endpoint is `https://HOST/PATH`; plain `http` is accepted only for this machine (127.0.0.1)"
      ],
      help: ["use a setup field as a part of it: `https://{domain}/oauth/token`"])
  }

  fileprivate static func notAnIssuer(_ path: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidAppDefinition, "`\(path)` is not an issuer", at: location,
      notes: [
        "an issuer is `https://HOST/PATH` without a query (RFC 8414 section 2); plain `http` is accepted only for this machine",
        "fields of a setup cannot be a part of it",
      ], help: ["use the `issuer` of its metadata, character by character"])
  }

  fileprivate static func endpointField(
    _ field: FieldName, _ path: String, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .invalidAppDefinition, "`\(path)` uses field `\(field)`, which a setup does not have",
      at: location, help: ["add the field to every setup that has a `grant`"])
  }
}
