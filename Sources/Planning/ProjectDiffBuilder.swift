package import Model

/// What a project declares at one time.
package struct DeclaredProject: Sendable {
  /// By environment; the base's under `nil`.
  package let connections: [String?: [DesiredConnection]]
  /// The project file's settings as texts, by name.
  package let settings: [String: [String]]
  /// What each flow uses, by its name.
  let flowUses: [String: [String]]

  package init(
    connections: [String?: [DesiredConnection]] = [:], settings: [String: [String]] = [:],
    flows: [Flow] = []
  ) {
    self.connections = connections
    self.settings = settings
    let uses = flows.map { flow in
      let texts = flow.steps.compactMap { step in step.connection.map { "\(step.title) -> \($0)" } }
      return (flow.name, Set(texts).sorted())
    }
    flowUses = Dictionary(uses) { $0 + $1 }
  }
}

/// Two states of a project, compared.
///
/// 1. The base's connections are compared, then each environment's; what an environment shares with
///    the base is left out.
/// 2. The project file's settings are compared.
///
/// - Parameter comparisons: what opening messages has shown; a pair that is missing is *changed*.
package func diff(
  from old: DeclaredProject, to new: DeclaredProject,
  comparisons: [MessagePair: SecretComparison] = [:]
) -> ProjectDiff {
  let environments = Set(old.connections.keys).union(new.connections.keys)
    .sorted { ($0 ?? "") < ($1 ?? "") }
  let homes = SealedValueIndex(old)
  var base: Set<ConnectionDiff> = []
  var found: [ConnectionDiff] = []
  for environment in environments {
    let diffs = EnvironmentDiffBuilder(
      environment: environment, old: old.connections[environment] ?? [],
      new: new.connections[environment] ?? [], comparisons: comparisons, homes: homes
    ).diffs()
    if environment == nil { base = Set(diffs) }
    found += diffs.filter { environment == nil || !base.contains($0.inEnvironment(nil)) }
  }
  return ProjectDiff(
    connections: found, settings: differences(old.settings, new.settings),
    flows: differences(old.flowUses, new.flowUses))
}

/// What a reviewer must not miss: messages that stood elsewhere before, and those that somebody was
/// taken off.
///
/// - Parameter names: the owners of keys, by key id.
package func findings(in diff: ProjectDiff, names: [String: String]) -> [Finding] {
  diff.connections.flatMap { Finding.ofSecrets($0, names: names) }
    .sorted(by: Finding.inReadingOrder)
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

/// Two messages of one field, and the connections whose they are.
package struct UndecidedPair: Sendable {
  package let pair: MessagePair
  package let old: DesiredConnection
  package let new: DesiredConnection
  package let field: FieldName
}

/// The pairs of messages that must be opened to tell a value sealed again from another value, each
/// with where both stand.
package func undecidedPairs(
  from old: DeclaredProject, to new: DeclaredProject
) -> [UndecidedPair] {
  var seen: Set<MessagePair> = []
  return Set(old.connections.keys).union(new.connections.keys)
    .sorted { ($0 ?? "") < ($1 ?? "") }
    .flatMap { environment in
      pairs(old.connections[environment] ?? [], new.connections[environment] ?? [])
    }
    .flatMap { before, after in
      let messages = before.setup?.sealed ?? [:]
      let fields = (after.setup?.sealed ?? [:]).sorted { $0.key < $1.key }
      return fields.compactMap { field, message -> UndecidedPair? in
        guard let former = messages[field], former.digest != message.digest else { return nil }
        let pair = MessagePair(old: former.digest, new: message.digest)
        guard seen.insert(pair).inserted else { return nil }
        return UndecidedPair(pair: pair, old: before, new: after, field: field)
      }
    }
}

/// Connections of the same name, or of a former one that the older state has and the newer has not.
func pairs(
  _ old: [DesiredConnection], _ new: [DesiredConnection]
) -> [(old: DesiredConnection, new: DesiredConnection)] {
  let before = Dictionary(old.map { ($0.name, $0) }) { first, _ in first }
  let names = Set(new.map(\.name))
  return new.compactMap { connection in
    if let same = before[connection.name] { return (same, connection) }
    let former = connection.formerNames.first { before[$0] != nil && !names.contains($0) }
    return former.flatMap { before[$0] }.map { ($0, connection) }
  }
}

/// Where each message of a state stands.
package struct SealedValueIndex {
  private var homes: [CiphertextDigest: Set<FieldAddress>] = [:]

  package init(_ project: DeclaredProject) {
    for connection in project.connections.values.joined() {
      for (field, message) in connection.setup?.sealed ?? [:] {
        homes[message.digest, default: []].insert(FieldAddress(connection.name, field))
      }
    }
  }

  /// Whether a project has messages that do not stand here, in whatever field.
  package func lacksMessages(of project: DeclaredProject) -> Bool {
    project.connections.values.joined().contains { connection in
      (connection.setup?.sealed ?? [:]).values.contains { homes[$0.digest] == nil }
    }
  }

  /// Where a message stood that did not stand here; `nil` where it is new.
  func home(of message: SealedMessage, besides address: FieldAddress) -> FieldAddress? {
    guard let found = homes[message.digest], !found.contains(address) else { return nil }
    return found.min()
  }
}

extension ConnectionDiff {
  func inEnvironment(_ environment: String?) -> ConnectionDiff {
    ConnectionDiff(
      connection: connection, environment: environment, app: app, kind: kind, details: details,
      location: location)
  }
}
