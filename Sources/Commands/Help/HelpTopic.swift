/// What `vaultctl help TOPIC` explains beside the commands.
enum HelpTopic: String, CaseIterable {
  case manifests, environments, recipients, trust, stores, ledger, scopes, tokens, ci
  case exitCodes = "exit-codes"

  /// One phrase.
  var title: String {
    switch self {
    case .manifests: "How connections are declared."
    case .environments: "How environments differ from the base."
    case .recipients: "Whose keys open the secrets."
    case .trust: "Which settings of a project need approval."
    case .stores: "Where connections are applied to."
    case .ledger: "Applied records that are kept in git."
    case .scopes: "What services grant, and what is declared."
    case .tokens: "How tokens are renewed."
    case .ci: "Reviewing and applying in a pipeline."
    case .exitCodes: "What the exit codes mean."
    }
  }

  /// Paragraphs; what is indented by two spaces is an example.
  var text: String {
    switch self {
    case .manifests: Self.manifestsText
    case .environments: Self.environmentsText
    case .recipients: Self.recipientsText
    case .trust: Self.trustText
    case .stores: Self.storesText
    case .ledger: Self.ledgerText
    case .scopes: Self.scopesText
    case .tokens: Self.tokensText
    case .ci: Self.ciText
    case .exitCodes: Self.exitCodesText
    }
  }

  /// - Parameter width: in columns.
  func page(width: Int) -> String {
    let paragraphs = text.split(separator: "\n\n").map { paragraph in
      paragraph.hasPrefix("  ")
        ? String(paragraph)
        : TextWrapping.lines(paragraph.split(separator: "\n").joined(separator: " "), width: width)
          .joined(separator: "\n")
    }
    return "TOPIC: \(rawValue). \(title)\n\n" + paragraphs.joined(separator: "\n\n") + "\n"
  }
}
