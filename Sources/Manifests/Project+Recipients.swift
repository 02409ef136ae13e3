extension Project {
  /// The first rule whose path matches, an environment's own ones first; `file` is relative to the
  /// root.
  package func recipientRule(for file: String) -> RecipientRule? {
    rules(of: environment(of: file)).first { $0.path.matches(file) }
  }

  /// The rules that apply to an environment's files, in order.
  package func rules(of environment: Environment?) -> [RecipientRule] {
    (environment?.recipientRules ?? []) + recipientRules
  }

  /// The recipients of a store's own key: those that the environment names, else the project's.
  package func recipients(of environment: Environment?) -> [LocatedText] {
    let own = environment?.recipientRules ?? []
    return keys(own.isEmpty ? recipientRules : own)
  }

  /// Every recipient of any rule, each once, in the file's order.
  package var allRecipients: [LocatedText] {
    keys(recipientRules + environments.flatMap(\.recipientRules))
  }

  private func keys(_ rules: [RecipientRule]) -> [LocatedText] {
    var seen: Set<String> = []
    return rules.flatMap(\.keys).filter { seen.insert($0.text).inserted }
  }
}
