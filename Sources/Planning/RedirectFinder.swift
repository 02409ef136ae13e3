import Model

/// Finds the redirects between two states of a project, over all of its environments.
struct RedirectFinder {
  private let old: DeclaredProject
  private let new: DeclaredProject
  private let comparisons: [MessagePair: SecretComparison]
  /// The connections of the older state that have a message, in any environment.
  private let known: [CiphertextDigest: [KnownConnection]]
  private let base: [ConnectionName: KnownConnection]

  init(
    from old: DeclaredProject, to new: DeclaredProject,
    comparisons: [MessagePair: SecretComparison]
  ) {
    self.old = old
    self.new = new
    self.comparisons = comparisons
    var known: [CiphertextDigest: [KnownConnection]] = [:]
    for connection in old.connections.values.joined() {
      let one = KnownConnection(connection)
      for digest in Set(one.sealed.values) { known[digest, default: []].append(one) }
    }
    self.known = known
    base = Dictionary(
      (new.connections[nil] ?? []).map { ($0.name, KnownConnection($0)) }
    ) { first, _ in first }
  }

  /// A message that the older state does not have is compared with the base: an environment may
  /// send the base's secret somewhere else.
  ///
  /// - Parameter environments: the base first.
  func redirects(in environments: [String?]) -> [ConnectionRedirect] {
    var ofBase: [ConnectionName: Redirect] = [:]
    return environments.flatMap { environment in
      let connections = new.connections[environment] ?? []
      let before = ConnectionPair.matching(old.connections[environment] ?? [], connections)
      let pairs = Dictionary(before.map { ($0.new.name, $0.old) }) { first, _ in first }
      return connections.compactMap { connection -> ConnectionRedirect? in
        let found = redirect(of: connection, before: pairs[connection.name], environment)
        guard let found else { return nil }
        if environment == nil {
          ofBase[connection.name] = found
        } else if ofBase[connection.name] == found {
          return nil
        }
        return ConnectionRedirect(
          connection: connection.name, environment: environment, redirect: found,
          location: connection.origin.setupLocation)
      }
    }
  }

  private func redirect(
    of connection: DesiredConnection, before: DesiredConnection?, _ environment: String?
  ) -> Redirect? {
    let earlier = before?.setup?.sealed ?? [:]
    func hasSameValue(_ field: FieldName, _ message: SealedMessage?) -> Bool {
      guard let message, let former = earlier[field] else { return false }
      return comparisons[MessagePair(old: former.digest, new: message.digest)] == .same
    }
    let obtainsTokens = new.catalog.shape(of: connection)?.grant != nil
    return RedirectCheck(
      desired: connection,
      known: { field, message in
        if let found = known[message.digest] { return found }
        if hasSameValue(field, message), let former = earlier[field] {
          return known[former.digest] ?? []
        }
        guard environment != nil, let base = base[connection.name],
          base.sealed[field] == message.digest
        else { return [] }
        return [base]
      }, tokens: obtainsTokens ? before.map { KnownConnection($0) } : nil,
      isSameValue: { hasSameValue($0, connection.setup?.sealed[$0]) }
    ).redirect()
  }
}
