/// One of a project's environments: a store of its own, and what is otherwise there.
package struct Environment: Hashable, Sendable {
  /// Goes into every sealed value of its overlay, and into the store's.
  package let name: String
  package let store: StoreSettings
  /// Come before the project's rules for the files of the overlay.
  package let recipientRules: [RecipientRule]
  /// The folder of its documents, relative to the project's root.
  package let overlay: LocatedText

  package init(
    name: String, store: StoreSettings, recipientRules: [RecipientRule], overlay: LocatedText
  ) {
    self.name = name
    self.store = store
    self.recipientRules = recipientRules
    self.overlay = overlay
  }

  package func owns(_ file: String) -> Bool { file.hasPrefix(overlay.text + "/") }
}

extension Project {
  package func environment(named name: String) -> Environment? {
    environments.first { $0.name == name }
  }

  /// The environment whose overlay a file belongs to; `nil` for the base's.
  package func environment(of file: String) -> Environment? {
    environments.first { $0.owns(file) }
  }

  /// The first rule whose path matches, an environment's own ones first; `file` is relative to the
  /// root.
  package func recipientRule(for file: String) -> RecipientRule? {
    rules(of: environment(of: file)).first { $0.path.matches(file) }
  }

  /// The rules that hold for an environment's files, in their order.
  package func rules(of environment: Environment?) -> [RecipientRule] {
    (environment?.recipientRules ?? []) + recipientRules
  }

  /// Whom a store's own key is for: the recipients that the environment names, else the project's.
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

  /// The store of an environment; of the base alone `nil` where only its environments have one.
  package func storeSettings(of environment: Environment?) -> StoreSettings? {
    environment?.store ?? store ?? (environments.isEmpty ? .standard : nil)
  }
}
