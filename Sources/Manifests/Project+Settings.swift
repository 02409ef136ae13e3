import Model

extension Project {
  /// The project file's settings, as texts by name, so that two states of it can be compared.
  package var settings: [String: [String]] {
    var settings = [
      "name": [name],
      "manifests": manifests.map(\.text),
      "policy.failOn": failOn.map(\.rawValue).sorted(),
      "flows": flows.map(\.text),
      "store": store.map { [$0.summary] } ?? [],
      "environments": environments.map(\.name),
      // Only the id of an own app: its definition is plain YAML, which a text diff shows.
      "apps": catalog.apps.values.filter { Catalog.builtIn[$0.id] != $0 }.map(\.id.rawValue)
        .sorted(),
    ]
    switch signing {
    case .optional: settings["signing"] = ["optional"]
    case .required(let signers):
      settings["signing"] = ["required"]
      settings["signers"] = signers.map(\.text)
    }
    add(recipientRules, "recipients", to: &settings)
    for environment in environments {
      let name = "environments.\(environment.name)"
      settings["\(name).store"] = [environment.store.summary]
      settings["\(name).overlay"] = [environment.overlay.text]
      add(environment.recipientRules, "\(name).recipients", to: &settings)
    }
    return settings
  }

  private func add(
    _ rules: [RecipientRule], _ name: String, to settings: inout [String: [String]]
  ) {
    for rule in rules {
      settings["\(name) of \(rule.path.text)", default: []] += rule.keys.map(\.text)
    }
  }
}

extension StoreSettings {
  fileprivate var summary: String {
    let ledger =
      switch ledger {
      case nil: ""
      case .git: ", ledger in git"
      case .sqlite(let path): ", ledger in sqlite:\(path)"
      }
    let store =
      switch backend {
      case .sqlite(let path): "sqlite:\(path)"
      case .auth0(let settings):
        "auth0:\(settings.domain)" + (settings.baseURL.map { " at \($0)" } ?? "")
      case .openBao(let settings):
        "openbao:\(settings.mount)/\(settings.prefix)"
          + (settings.address.map { " at \($0)" } ?? "")
          + (settings.namespace.map { " in \($0)" } ?? "")
      }
    return store + ledger
  }
}
