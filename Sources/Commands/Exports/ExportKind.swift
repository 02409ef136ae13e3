import ArgumentParser

/// A tool whose files connections are exported to; named like the formats of `import --from`.
enum ExportKind: String, CaseIterable, ExpressibleByArgument {
  case terraform
  case deployCLI = "deploy-cli"
  case externalSecrets = "external-secrets"
  case dotenv
}
