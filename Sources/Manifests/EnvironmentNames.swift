/// The names in a newer state of a project of the environments of an older one.
package struct EnvironmentNames: Hashable, Sendable {
  private var names: [String: String] = [:]

  init(from old: [Environment], to new: [Environment]) {
    let present = Dictionary(new.map { ($0.id, $0.name) }) { first, _ in first }
    for environment in old {
      if let name = present[environment.id] {
        names[environment.name] = name
      } else if present.values.contains(environment.name) {
        // Removed, and another one has its name now.
        names[environment.name] = "\(environment.name) (id \(environment.id))"
      }
    }
  }

  /// A name that the newer state does not have stays as it is.
  package subscript(name: String) -> String { names[name] ?? name }
}

extension SettingsTree {
  /// The same settings, those of environments under other names of these.
  package func renaming(_ names: EnvironmentNames) -> SettingsTree {
    SettingsTree(
      settings: settings.map { setting in
        var keys = setting.path.keys
        guard keys.count > 1, keys[0] == "environments" else { return setting }
        keys[1] = names[keys[1]]
        return Setting(path: SettingPath(keys), value: setting.value, node: setting.node)
      })
  }
}
