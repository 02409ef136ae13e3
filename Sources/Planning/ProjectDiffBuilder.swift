package import Model

/// Compares two states of a project.
package struct ProjectDiffBuilder: Sendable {
  private let old: DeclaredProject
  private let new: DeclaredProject

  package init(from old: DeclaredProject, to new: DeclaredProject) {
    self.old = old
    self.new = new
  }

  /// The base first, then by name.
  private var environments: [String?] {
    Set(old.connections.keys).union(new.connections.keys).sorted { ($0 ?? "") < ($1 ?? "") }
  }

  /// 1. The base's connections are compared, then each environment's; what an environment shares
  ///    with the base is left out.
  /// 2. Secrets that stay the same and would be sent somewhere else are found.
  /// 3. The project file's settings are compared.
  ///
  /// - Parameter comparisons: the results of opening messages; a missing pair is *changed*.
  package func diff(comparisons: [MessagePair: SecretComparison] = [:]) -> ProjectDiff {
    let index = SealedValueIndex(old)
    var base: Set<ConnectionDiff> = []
    var found: [ConnectionDiff] = []
    for environment in environments {
      let diffs = EnvironmentDiffBuilder(
        environment: environment, old: old.connections[environment] ?? [],
        new: new.connections[environment] ?? [], comparisons: comparisons, oldMessages: index
      ).diffs()
      if environment == nil { base = Set(diffs) }
      found += diffs.filter { environment == nil || !base.contains($0.inEnvironment(nil)) }
    }
    return ProjectDiff(
      connections: found, settings: differences(old.settings, new.settings),
      flows: differences(old.flowUses, new.flowUses),
      redirects: RedirectFinder(from: old, to: new, comparisons: comparisons)
        .redirects(in: environments))
  }

  /// The pairs of messages that must be opened to know whether a value was only encrypted again.
  package func undecidedPairs() -> [UndecidedPair] {
    var seen: Set<MessagePair> = []
    return environments.flatMap { environment in
      ConnectionPair.matching(
        old.connections[environment] ?? [], new.connections[environment] ?? [])
    }
    .flatMap { pair in
      let messages = pair.old.setup?.sealed ?? [:]
      let fields = (pair.new.setup?.sealed ?? [:]).sorted { $0.key < $1.key }
      return fields.compactMap { field, message -> UndecidedPair? in
        guard let former = messages[field], former.digest != message.digest else { return nil }
        let messages = MessagePair(old: former.digest, new: message.digest)
        guard seen.insert(messages).inserted else { return nil }
        return UndecidedPair(pair: messages, old: pair.old, new: pair.new, field: field)
      }
    }
  }

  private func differences(
    _ old: [String: [String]], _ new: [String: [String]]
  ) -> [SettingDiff] {
    Set(old.keys).union(new.keys).sorted().compactMap { name in
      let before = old[name] ?? []
      let after = new[name] ?? []
      let added = after.filter { !before.contains($0) }
      let removed = before.filter { !after.contains($0) }
      if added.isEmpty, removed.isEmpty { return nil }
      return SettingDiff(name: name, added: added, removed: removed)
    }
  }
}

/// One connection in both states.
struct ConnectionPair {
  let old: DesiredConnection
  let new: DesiredConnection

  /// Connections of the same name, or of a previous one that only the older state has.
  static func matching(
    _ old: [DesiredConnection], _ new: [DesiredConnection]
  ) -> [ConnectionPair] {
    let before = Dictionary(old.map { ($0.name, $0) }) { first, _ in first }
    let names = Set(new.map(\.name))
    return new.compactMap { connection in
      if let same = before[connection.name] { return ConnectionPair(old: same, new: connection) }
      let former = connection.formerNames.first { before[$0] != nil && !names.contains($0) }
      return former.flatMap { before[$0] }.map { ConnectionPair(old: $0, new: connection) }
    }
  }
}

extension ConnectionDiff {
  fileprivate func inEnvironment(_ environment: String?) -> ConnectionDiff {
    ConnectionDiff(
      connection: connection, environment: environment, app: app, kind: kind, details: details,
      location: location)
  }
}
