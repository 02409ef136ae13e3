/// One of a project's environments: its own store, and the documents that differ from the base's.
package struct Environment: Hashable, Sendable {
  /// What `--env` selects it by; can be changed.
  package let name: String
  /// What everything of it is found by, and which stays when it is renamed: its name, unless it was
  /// renamed.
  ///
  /// Part of its records' owner, of the binding of every sealed value in its overlay and of its store's key,
  /// of the names of its ledger and of its folder in OpenBao, and of its standard file and overlay.
  package let id: String
  package let store: StoreSettings
  /// For the overlay's files, they take precedence over the project's rules.
  package let recipientRules: [RecipientRule]
  /// The folder of its documents, relative to the project's root.
  package let overlay: LocatedText

  package init(
    name: String, id: String, store: StoreSettings, recipientRules: [RecipientRule],
    overlay: LocatedText
  ) {
    self.name = name
    self.id = id
    self.store = store
    self.recipientRules = recipientRules
    self.overlay = overlay
  }

  /// `all` means all of them, and the others are folders that OpenBao has beside those of environments.
  static let reservedNames = ["all", "refresh", "access", "journal", "records"]

  /// For people.
  static var reservedNamesSummary: String {
    let names = reservedNames.map { "`\($0)`" }
    return names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
  }

  package func owns(_ file: String) -> Bool { file.hasPrefix(overlay.text + "/") }
}

extension Project {
  package func environment(named name: String) -> Environment? {
    environments.first { $0.name == name }
  }

  package func environment(withID id: String) -> Environment? {
    environments.first { $0.id == id }
  }

  /// The names of another state's environments in this one: one that was renamed has a name of this one.
  package func names(ofEnvironmentsIn other: Project) -> EnvironmentNames {
    EnvironmentNames(from: other.environments, to: environments)
  }

  /// The environment whose overlay a file belongs to; `nil` for the base's.
  package func environment(of file: String) -> Environment? {
    environments.first { $0.owns(file) }
  }

  /// The store of an environment, or of the base: `nil` for a base if only environments have one.
  package func storeSettings(of environment: Environment?) -> StoreSettings? {
    environment?.store ?? store ?? (environments.isEmpty ? .standard : nil)
  }
}
