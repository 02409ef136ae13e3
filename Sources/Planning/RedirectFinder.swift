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
    var ofBase: [ConnectionName: [ConnectionRedirect]] = [:]
    return environments.flatMap { environment in
      let connections = new.connections[environment] ?? []
      let before = ConnectionPair.matching(old.connections[environment] ?? [], connections)
      let pairs = Dictionary(before.map { ($0.new.name, $0.old) }) { first, _ in first }
      return connections.flatMap { connection -> [ConnectionRedirect] in
        let found = redirects(of: connection, before: pairs[connection.name], environment)
        if environment == nil { ofBase[connection.name] = found }
        let shared = (environment == nil ? nil : ofBase[connection.name]) ?? []
        return found.filter { redirect in
          !shared.contains {
            $0.redirect == redirect.redirect && $0.isCertain == redirect.isCertain
          }
        }
      }
    }
  }

  /// The certain one, then the one of secrets that cannot be compared here.
  private func redirects(
    of connection: DesiredConnection, before: DesiredConnection?, _ environment: String?
  ) -> [ConnectionRedirect] {
    func found(_ redirect: Redirect, isCertain: Bool) -> ConnectionRedirect {
      ConnectionRedirect(
        connection: connection.name, environment: environment, redirect: redirect,
        isCertain: isCertain, formerDestinations: before?.destinations.sorted() ?? [],
        location: connection.origin.setupLocation)
    }
    let certain = redirect(of: connection, before: before, environment)
    let possible = redirect(
      of: connection, before: before, environment, includingUndecided: true)
    return [
      certain.map { found($0, isCertain: true) },
      possible?.without(certain).map { found($0, isCertain: false) },
    ].compactMap(\.self)
  }

  /// - Parameter includesUndecided: a value that could not be compared counts as the same.
  private func redirect(
    of connection: DesiredConnection, before: DesiredConnection?, _ environment: String?,
    includingUndecided includesUndecided: Bool = false
  ) -> Redirect? {
    let earlier = before?.setup?.sealed ?? [:]
    func hasSameValue(_ field: FieldName, _ message: SealedMessage?) -> Bool {
      guard let message, let former = earlier[field] else { return false }
      let comparison = comparisons[MessagePair(old: former.digest, new: message.digest)]
      return comparison == .same || (comparison == nil && includesUndecided)
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
