import Diagnostics
import Encodings
import Model
import SourceYAML

/// `apps:` of a project file: apps in the catalog's own shape.
extension NodeReader {
  mutating func readApps(_ project: [YAMLEntry]) -> [App] {
    guard let node = project.given("apps"), let entries = anyMapping(node, "apps") else {
      return []
    }
    return entries.compactMap { entry in
      guard entry.keyText.isLowerCaseID else {
        report(.invalidID(at: location(entry.key)))
        return nil
      }
      show(entry.key)
      return readApp(entry)
    }
  }

  private mutating func readApp(_ entry: YAMLEntry) -> App? {
    let path = "apps.\(entry.keyText)"
    guard let entries = mapping(entry.value, path, keys: ["name", "setups", "actions", "oauth"])
    else { return nil }
    let name = text("name", in: entries, path) ?? entry.keyText
    guard let value = entries.value("setups") else {
      report(
        .missingKey(
          "setups", in: path, of: entry.value, example: "setups: [{type: api_key, fields: […]}]",
          file: file))
      return nil
    }
    guard let items = list(value, "\(path).setups") else { return nil }
    let builtIn = Catalog.builtIn[AppID(entry.keyText)]
    let setups = items.compactMap {
      readSetupShape($0, "\(path).setups", keepingSecret: builtIn?.secretFields ?? [])
    }
    if items.isEmpty { report(.noSetups(path, at: location(value))) }
    let actions = list("actions", in: entries, path)
    let oauth = readOAuth(entries, path, setups: setups)
    let app = App(
      id: AppID(entry.keyText), name: name, setups: setups,
      actions: actions.compactMap { readAction($0, "\(path).actions") },
      // An app that only adds a setup to a known service need not repeat its endpoints.
      oauth: oauth ?? builtIn?.oauth)
    if let builtIn { report(.appOverridden(builtIn, by: app, at: location(entry.key))) }
    return app
  }

  /// - Parameter secret: the fields that an app must keep secret if it has them.
  private mutating func readSetupShape(
    _ node: YAMLNode, _ path: String, keepingSecret secret: Set<FieldName>
  ) -> SetupShape? {
    guard let entries = mapping(node, path, keys: ["type", "open", "fields", "grant"]),
      let type = requiredID("type", in: entries, of: node, path)
    else { return nil }
    let isOpen = boolean("open", in: entries, path) ?? false
    var fields: [FieldShape] = []
    for item in list("fields", in: entries, path) {
      guard let field = readField(item, "\(path).fields") else { continue }
      if !field.isSecret, secret.contains(field.name) {
        report(.fieldMustBeSecret(field.name, at: location(item)))
      }
      if fields.contains(where: { $0.name == field.name }) {
        report(.duplicateField(field.name, at: location(item)))
      } else {
        fields.append(field)
      }
    }
    // A manifest can make an unknown field of an open setup public.
    if isOpen {
      for name in secret.subtracting(fields.map(\.name)).sorted() {
        report(.fieldMustBeListed(name, at: location(node)))
      }
    }
    let grant: OAuthGrant? = choice("grant", in: entries, path)
    return SetupShape(type: SetupType(type), fields: fields, isOpen: isOpen, grant: grant)
  }

  private mutating func readField(_ node: YAMLNode, _ path: String) -> FieldShape? {
    let keys = ["name", "required", "secret", "minLength", "maxLength", "oneOf", "format"]
    guard let entries = mapping(node, path, keys: keys),
      let name = requiredID("name", in: entries, of: node, path)
    else { return nil }
    if name == "type" { report(.reservedField(at: location(node))) }
    let required = boolean("required", in: entries, path) ?? false
    let secret = boolean("secret", in: entries, path) ?? true
    let least = wholeNumber("minLength", in: entries, path, .fieldLength) ?? 1
    let most = wholeNumber("maxLength", in: entries, path, .fieldLength)
    if let most, most < least { report(.lengthsCross(at: location(node))) }
    let allowed = texts("oneOf", in: entries, path)
    let format: ValueFormat? = choice("format", in: entries, path)
    return FieldShape(
      FieldName(name), required: required, secret: secret,
      ValueConstraint(min: least, max: most, oneOf: allowed, format: format))
  }

  private mutating func readAction(_ node: YAMLNode, _ path: String) -> FlowAction? {
    guard let entries = mapping(node, path, keys: ["action", "connection", "scopes"]),
      let name = requiredID("action", in: entries, of: node, path)
    else { return nil }
    let need: FlowAction.Need? = choice("connection", in: entries, path)
    return FlowAction(
      name, connection: need ?? .required,
      scopes: texts("scopes", in: entries, path).map { Scope($0) })
  }

  private mutating func requiredID(
    _ key: String, in entries: [YAMLEntry], of node: YAMLNode, _ path: String
  ) -> String? {
    guard let value = entries.value(key) else {
      report(.missingKey(key, in: path, of: node, example: "\(key): …", file: file))
      return nil
    }
    guard let text = text(value, "\(path).\(key)") else { return nil }
    if text.isLowerCaseID { return text }
    report(.invalidID(at: location(value)))
    return nil
  }
}

extension String {
  /// A lower-case letter, then lower-case letters, digits and `_`; at most 55.
  fileprivate var isLowerCaseID: Bool {
    guard let first = utf8.first, utf8.count <= 55 else { return false }
    return first.isASCIILowercase
      && utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || $0 == UInt8(ascii: "_") }
  }
}

extension App {
  /// Of any setup: a field of that name holds the same credential in another setup.
  fileprivate var secretFields: Set<FieldName> {
    Set(setups.flatMap(\.fields).filter(\.isSecret).map(\.name))
  }

  fileprivate var endpointHosts: Set<String> {
    Set((oauth?.endpoints ?? []).map { Destination(url: $0.text)?.rawValue ?? $0.text })
  }
}

extension Diagnostic {
  fileprivate static func appOverridden(
    _ builtIn: App, by own: App, at location: Location
  ) -> Diagnostic {
    let (before, now) = (builtIn.endpointHosts.sorted(), own.endpointHosts.sorted())
    return Diagnostic(
      .appOverridden, "`apps.\(own.id)` replaces the built-in app `\(own.id)`",
      severity: own.oauth == builtIn.oauth ? .info : .warning, at: location,
      notes: before == now
        ? []
        : [
          "its endpoints are at \(now.joined(separator: ", "))",
          "those of the built-in app are at \(before.joined(separator: ", "))",
        ],
      help: ["if another service is meant, give the app a name of its own"])
  }

  fileprivate static func fieldMustBeSecret(
    _ field: FieldName, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .invalidAppDefinition, "field `\(field)` must stay secret", at: location,
      notes: ["it is secret in the built-in app"], help: ["remove `secret: false`"])
  }

  fileprivate static func fieldMustBeListed(
    _ field: FieldName, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .invalidAppDefinition, "an open setup must list field `\(field)`, which must stay secret",
      at: location, notes: ["it is secret in the built-in app"],
      help: ["add it: `fields: [{name: \(field), secret: true}]`"])
  }

  fileprivate static func invalidID(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidAppDefinition, "invalid identifier", at: location,
      notes: [
        "an identifier has at most 55 lower-case letters, digits and `_`, and starts with a letter"
      ])
  }

  fileprivate static func noSetups(_ path: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidAppDefinition, "`\(path)` has no setup", at: location,
      help: ["add at least one setup, with `type` and `fields`"])
  }

  fileprivate static func duplicateField(_ name: FieldName, at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidAppDefinition, "field `\(name)` is defined twice", at: location,
      help: ["remove one of the two"])
  }

  fileprivate static func reservedField(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidAppDefinition, "a field cannot be called `type`", at: location,
      notes: ["`spec.setup.type` names the setup's type"])
  }

  fileprivate static func lengthsCross(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidAppDefinition, "`maxLength` is less than `minLength`", at: location)
  }
}
