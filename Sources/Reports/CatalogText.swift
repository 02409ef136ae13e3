package import Diagnostics
package import Model

/// The catalog for people: what a connection for each app needs.
package struct CatalogText: Sendable {
  private let palette: Palette
  package init(palette: Palette) { self.palette = palette }

  package func list(_ catalog: Catalog) -> TerminalText {
    let rows = catalog.sortedApps.map { app -> [TerminalText] in
      [
        TerminalText(app.id), TerminalText(app.name),
        TerminalText(app.setups.map(\.type.rawValue).joined(separator: ", ")),
      ]
    }
    let lines = aligned(
      [["APP", "SERVICE", "SETUPS"]] + rows, palette, columns: [.whole, .cut, .wrapped])
    return ([palette.bold(lines[0])] + lines.dropFirst()).joined(separator: "\n")
      + "\n\nShow one: vaultctl apps APP\n"
  }

  package func details(_ app: App) -> TerminalText {
    var lines = [palette.bold("app \(app.id)") + " (\(app.name))"]
    for setup in app.setups {
      lines += ["", "  setup \(setup.type)\(tokens(setup))"]
      lines += aligned(
        setup.fields.map { [TerminalText($0.name), TerminalText($0.summary)] }, palette,
        columns: [.whole, .wrapped], indent: 4
      )
      .map { "    \($0)" }
      if setup.isOpen {
        lines.append("    any other field: secret, unless spec.publicFields lists it")
      } else if setup.fields.isEmpty {
        lines.append("    no fields")
      }
    }
    if !app.actions.isEmpty {
      lines += ["", "  actions"]
      lines += aligned(
        app.actions.map { [TerminalText($0.name), TerminalText($0.summary)] }, palette,
        columns: [.whole, .wrapped], indent: 4
      )
      .map { "    \($0)" }
    }
    let scopes = app.knownScopes.map(\.rawValue)
    if !scopes.isEmpty {
      lines += ["", "  scopes of these actions, and what the service derives from them"]
      lines += scopes.map { "    \($0)" }
    }
    let remarks = app.oauth?.remarks ?? []
    if !remarks.isEmpty { lines += ["", "  tokens"] + remarks.map { "    \($0)" } }
    lines += ["", "Scaffold a connection: vaultctl new NAME --app \(app.id)"]
    return lines.map { $0.wrapped(to: palette.width, hanging: 2, hasCommands: true) }.joined(
      separator: "\n") + "\n"
  }

  private func tokens(_ setup: SetupShape) -> String {
    switch setup.grant {
    case nil: ""
    case .clientCredentials: ": tokens by its client credentials"
    case .authorizationCode: ": tokens with a person's consent"
    case .jwtBearer: ": tokens by a signed assertion"
    }
  }
}

extension Catalog {
  /// By id.
  package var sortedApps: [App] { apps.values.sorted { $0.id < $1.id } }
}

extension App {
  /// The scopes that the catalog knows, sorted. A service may know more.
  var knownScopes: [Scope] {
    let rules = oauth?.scopes
    let implied = (rules?.implied ?? [:]).flatMap { [$0.key] + $0.value }
    let aliases = (rules?.aliases ?? [:]).flatMap { [$0.key, $0.value] }
    return Set(actions.flatMap(\.scopes) + implied + aliases).sorted()
  }
}

extension OAuthService {
  /// What a person who declares scopes, or consents, should know.
  fileprivate var remarks: [String] {
    var remarks: [String] = []
    if let parameter = scopes.optionalParameter {
      remarks.append("optional:SCOPE is requested as \(parameter): it may be left out of the grant")
    }
    if let user = scopes.user {
      remarks.append(
        "user:SCOPE is requested as \(user.parameter): for a token of the person's own, in a connection"
          + " of its own")
    }
    if let seconds = refresh.testingSeconds {
      remarks.append(
        "a consent ends after \(seconds / 86_400) days while the app's publishing status is Testing"
      )
    }
    return remarks
  }
}

extension FieldShape {
  fileprivate var summary: String {
    var words = [isRequired ? "required" : "optional"]
    if isSecret { words.append("secret") }
    if !constraint.oneOf.isEmpty { words.append(constraint.oneOf.joined(separator: " | ")) }
    if let format = constraint.format { words.append(format.summary) }
    if constraint.minLength > 1 { words.append("at least \(constraint.minLength) characters") }
    if let most = constraint.maxLength { words.append("at most \(most) characters") }
    return words.joined(separator: ", ")
  }
}

extension FlowAction {
  fileprivate var summary: String {
    let need =
      switch connection {
      case .required: "needs a connection"
      case .optional: "may use a connection"
      case .none: "uses no connection"
      }
    if scopes.isEmpty { return need }
    return "\(need) with \(scopes.map(\.rawValue).joined(separator: ", "))"
  }
}
