import ArgumentParser

/// A tool whose files connections are exported to; named like the formats of `import --from`.
enum ExportKind: String, CaseIterable, ExpressibleByArgument {
  case terraform
  case deployCLI = "deploy-cli"
  case externalSecrets = "external-secrets"
  case dotenv

  /// Whether the tool takes no connection of a project's own app.
  var knowsBuiltInAppsAlone: Bool {
    switch self {
    case .terraform, .deployCLI: true
    case .externalSecrets, .dotenv: false
    }
  }
}
