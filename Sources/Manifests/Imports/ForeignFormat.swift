package import Model

/// A tool whose files connections are imported from.
package enum ForeignFormat: String, CaseIterable, Sendable {
  /// A state (version 4), or what `terraform show -json` prints.
  case terraform
  /// A directory or a `tenant.yaml` of auth0-deploy-cli.
  case deployCLI = "deploy-cli"
  /// `auth0 flows vault connections list --json`, and the dashboard's export of a form.
  case auth0
  /// What SOPS encrypted: manifests, or anything with a mapping, or with the keys of connections.
  case sops
  /// `NAME=value` lines, with a mapping.
  case dotenv
  /// Entries of a password store, read by `pass`, with a mapping.
  case pass
  /// Any JSON or YAML, with a mapping, or with the keys of connections.
  case json

  /// Whether only a mapping says which values are whose.
  package var needsMapping: Bool {
    switch self {
    case .dotenv, .pass: true
    case .terraform, .deployCLI, .auth0, .sops, .json: false
    }
  }

  /// A path of a mapping, with dots between its parts.
  func path(_ text: String) -> String {
    self == .pass ? text.replacing("/", with: ".") : text
  }

  /// The connections in one file, and what else is in it.
  package func connections(
    in data: ImportedData, file: String, _ catalog: Catalog
  ) -> (found: [ForeignConnection], unread: [UnreadPart]) {
    switch self {
    case .terraform: TerraformState(data).connections
    case .deployCLI: Self.deployed(data, file)
    case .auth0: Self.exported(data, file)
    case .sops, .json: Self.guessed(data, file, catalog)
    case .dotenv, .pass: ([], [])
    }
  }

  /// Of several documents, each by itself.
  private static func guessed(
    _ data: ImportedData, _ file: String, _ catalog: Catalog
  ) -> Found {
    var guess = ConnectionGuess(catalog)
    guard case .list(let documents) = data else {
      guess.collect(data, file)
      return (guess.found, guess.unread)
    }
    for (index, document) in documents.enumerated() {
      guess.collect(document, "\(file), document \(index + 1)")
    }
    return (guess.found, guess.unread)
  }

  private typealias Found = (found: [ForeignConnection], unread: [UnreadPart])

  private static func deployed(_ data: ImportedData, _ file: String) -> Found {
    let lists = [
      data["flowVaultConnections", "flow_vault_connections", "flowVaultConnection"]
    ].compactMap { $0 }
    // One file each, in the directory format.
    if lists.isEmpty { return all([data], file) }
    return all(lists.flatMap(\.items), file)
  }

  private static func exported(_ data: ImportedData, _ file: String) -> Found {
    if case .list(let items) = data { return all(items, file) }
    if case .list(let items)? = data["connections"] { return all(items, file) }
    // A form's export names each by a placeholder: `#CONN-1#`.
    return all(data["connections"]?.members.map(\.value) ?? [data], file)
  }

  private static func all(_ items: [ImportedData], _ file: String) -> Found {
    var found: [ForeignConnection] = []
    var unread: [UnreadPart] = []
    for (index, item) in items.enumerated() {
      let origin = items.count == 1 ? file : "\(file), item \(index + 1)"
      if let connection = ForeignConnection(item, origin: origin) {
        found.append(connection)
      } else {
        unread.append(.noNameOrApp(origin))
      }
    }
    return (found, unread)
  }
}
