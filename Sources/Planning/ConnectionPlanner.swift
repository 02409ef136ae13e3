import Diagnostics
package import Model

/// Plans one declared connection from the store and the applied record.
struct ConnectionPlanner {
  private let desired: DesiredConnection
  private let input: PlanningInput
  private let counterpart: Counterpart
  private let tokens: TokenPlanner?

  init(_ desired: DesiredConnection, _ input: PlanningInput) {
    self.desired = desired
    self.input = input
    counterpart = input.snapshot.counterpart(of: desired)
    tokens = TokenPlanner(
      desired, snapshot: input.snapshot, catalog: input.catalog, tokens: input.tokens)
  }

  private var isRenamed: Bool { counterpart.name != desired.name }

  /// The change, if there is one, and the findings, which do not depend on a change.
  func decide() -> ConnectionDecision {
    var decision = decisionOnChange()
    // That a setup lacks something is reported once.
    if !decision.findings.contains(where: { $0.diagnostic.code == .setupIncomplete }) {
      let empty = Finding.empty(
        desired, actual: counterpart.actual, catalog: input.catalog,
        blocked: input.flows.uses(of: desired.name))
      decision.findings += empty.map { [$0] } ?? []
    }
    decision.findings += tokens?.findings() ?? []
    // What is in sync goes where it went before.
    let mayMove = decision.change != nil || input.proposed[desired.name] != nil
    if decision.isManaged, mayMove {
      let isAllowed = input.options.allowedRedirects.contains(desired.name)
      let certain = redirect()
      if let certain {
        decision.findings.append(
          .redirect(certain, of: desired, applied: counterpart.applied, isAllowed: isAllowed))
      }
      if !isAllowed, let possible = redirect(includingUndecided: true)?.without(certain) {
        decision.findings.append(
          .possibleRedirect(possible, of: desired, applied: counterpart.applied))
      }
    }
    decision.findings += Finding.scopeDrift(
      desired, granted: counterpart.actual?.grantedScopes,
      rules: input.catalog[desired.app]?.oauth?.scopes ?? ScopeRules(), tokens,
      required: input.flows.requirements(of: desired))
    return decision
  }

  private func decisionOnChange() -> ConnectionDecision {
    if let record = input.snapshot.foreign[desired.name] {
      return ConnectionDecision(
        findings: [.ownedByOther(desired, record, input.options.owner)], isManaged: false)
    }
    if input.snapshot.unclaimed.contains(desired.name) {
      return ConnectionDecision(
        findings: [.unclaimed(desired, store: input.options.store)], isManaged: false)
    }
    let blockers = input.snapshot.blockers(of: desired)
    if !blockers.isEmpty {
      return ConnectionDecision(
        findings: [.blocked(desired, by: blockers, store: input.options.store)], isManaged: false)
    }
    guard let actual = counterpart.actual else { return created() }
    guard let applied = counterpart.applied else { return unmanaged(actual) }
    if isRenamed, actual.app != desired.app {
      return ConnectionDecision(findings: [.renamedWithAnotherApp(desired, from: counterpart.name)])
    }
    if actual.app != desired.app { return replaced(actual, applied) }
    return compared(actual, applied)
  }

  private func created() -> ConnectionDecision {
    let isLost = counterpart.applied != nil
    return ConnectionDecision(
      change: change(
        .create, isLost ? .lostInStore : .notInStore, details(against: nil, applied: nil)),
      findings: isLost ? [.missingInStore(desired, store: input.options.store)] : [])
  }

  private func unmanaged(_ actual: ActualConnection) -> ConnectionDecision {
    guard input.options.adopts else {
      return ConnectionDecision(findings: [.adoptable(desired)], isManaged: false)
    }
    if isRenamed {
      return ConnectionDecision(findings: [.renamedUnmanaged(desired, from: counterpart.name)])
    }
    if actual.app != desired.app {
      return replacement(of: actual, .unmanaged)
    }
    return ConnectionDecision(
      change: change(
        .adopt(actual.id, from: actual.version), .unmanaged,
        details(against: actual, applied: nil)))
  }

  private func replaced(_ actual: ActualConnection, _ applied: AppliedRecord) -> ConnectionDecision
  {
    guard applied.app == actual.app else {
      var decision = replacement(of: actual, .drifted)
      decision.findings.append(.drift(desired, [.app]))
      return decision
    }
    return replacement(of: actual, .appChanged)
  }

  private func replacement(of actual: ActualConnection, _ reason: ChangeReason)
    -> ConnectionDecision
  {
    // As with a delete, the record counts too: lifting it and replacing are two applies.
    if desired.preventsDestroy || counterpart.applied?.preventsDestroy ?? false {
      return ConnectionDecision(findings: [.destroyPrevented(desired)])
    }
    return ConnectionDecision(
      change: change(
        .replace(actual.id, from: actual.version, app: actual.app), reason,
        details(against: nil, applied: nil)))
  }

  private func compared(_ actual: ActualConnection, _ applied: AppliedRecord) -> ConnectionDecision
  {
    if !isRenamed, tokens?.reauthorization == nil, Divergence.isInSync(desired, actual, applied) {
      return ConnectionDecision()
    }
    let here = Divergence.declared(desired, since: applied)
    let shape = input.catalog.shape(of: desired)
    if actual.unseen == .setup, let setup = desired.setup, !setup.fields.isEmpty,
      shape?.missing(from: setup.fields.keys).isEmpty == false
    {
      return ConnectionDecision(
        findings: [.setupIncomplete(desired, shape, store: input.options.store)], isManaged: false)
    }
    if actual.unseen == .change, here.isEmpty, !isRenamed, desired.setup?.fields["code"] != nil,
      shape?.grant == .authorizationCode
    {
      return ConnectionDecision(
        change: change(.record(actual.id, at: actual.version), .drifted, []),
        findings: [.authorizedThere(desired)])
    }
    let there = Divergence.stored(actual, since: applied, ignoring: desired.ignoredFields)
    let details = details(against: actual, applied: applied)
    if here.isEmpty, there.isEmpty, details.isEmpty, !isRenamed { return ConnectionDecision() }

    var decision = ConnectionDecision()
    let reason: ChangeReason
    // A re-encrypted value, and what only the record holds, cannot conflict with the store.
    let conflicting = here.filter(\.isInStore).filter { !details.reencrypt($0) }
    switch (conflicting.isEmpty, there.isEmpty) {
    case (false, false) where !details.isEmpty:
      reason = .conflicting
      decision.findings.append(.conflict(desired, here: conflicting, there: there))
    case (true, false):
      reason = .drifted
      decision.findings.append(.drift(desired, there))
    default: reason = isRenamed ? .renamed : .declared
    }
    let action: ChangeAction =
      if isRenamed {
        .rename(actual.id, from: actual.version, formerly: counterpart.name)
      } else if details.allSatisfy(\.isOfRecordOnly) {
        .record(actual.id, at: actual.version)
      } else {
        .update(actual.id, from: actual.version)
      }
    decision.change = change(action, reason, details)
    let undecided = details.compactMap(\.undecidedField)
    if !undecided.isEmpty {
      decision.findings.append(.undecided(desired, undecided, keyOwners: input.keyOwners))
    }
    return decision
  }

  /// A message is known from the applied record; one that the record does not have, from the base.
  ///
  /// - Parameter includesUndecided: a value that could not be compared counts as the same.
  private func redirect(includingUndecided includesUndecided: Bool = false) -> Redirect? {
    let applied = counterpart.applied.map { KnownConnection($0, input.catalog) }
    let base = input.base[desired.name].map { KnownConnection($0) }
    func isSame(_ field: FieldName) -> Bool {
      let comparison = input.comparisons[FieldAddress(desired.name, field)]
      if comparison != nil || !includesUndecided { return comparison == .same }
      return counterpart.applied?.ciphertexts[field] != nil
    }
    let hasTokens = input.tokens.map { $0.records[counterpart.name]?.tokens != nil } ?? true
    let obtainsTokens = input.catalog.shape(of: desired)?.grant != nil
    return RedirectCheck(
      desired: desired, proposed: input.proposed[desired.name] ?? [],
      known: { field, message in
        if let applied, applied.sealed[field] == message.digest || isSame(field) {
          return [applied]
        }
        return base.map { $0.sealed[field] == message.digest ? [$0] : [] } ?? []
      }, tokens: obtainsTokens && hasTokens ? applied : nil, isSameValue: isSame
    ).redirect()
  }

  private func change(
    _ action: ChangeAction, _ reason: ChangeReason, _ details: [ChangeDetail]
  ) -> Change {
    Change(
      connection: desired.name, app: desired.app, action: action, reason: reason,
      details: details, location: desired.origin.nameLocation,
      reach: input.flows.reach(of: desired.name))
  }

  private func details(
    against actual: ActualConnection?, applied: AppliedRecord?
  ) -> [ChangeDetail] {
    let details = DetailBuilder(
      desired: desired, actual: actual, applied: applied,
      shape: input.catalog.shape(of: desired), comparisons: input.comparisons
    ).details()
    guard actual != nil, let reauthorization = tokens?.reauthorization else { return details }
    return details + [.reauthorize(reauthorization)]
  }
}

extension Catalog {
  /// The shape of a store's setup; `nil` if the catalog does not know it.
  func shape(of connection: ActualConnection) -> SetupShape? {
    guard let app = self[connection.app] else { return nil }
    return connection.setupType.flatMap { app.setup($0) }
  }

  /// The shape of the declared setup; that of the app's first one if none is declared.
  package func shape(of connection: DesiredConnection) -> SetupShape? {
    guard let app = self[connection.app] else { return nil }
    return connection.setup.flatMap { app.setup($0.type) } ?? app.setups.first
  }
}

extension [ChangeDetail] {
  fileprivate func reencrypt(_ part: DivergentPart) -> Bool {
    guard case .field(let name) = part else { return false }
    return contains(.secret(name, .reencrypted))
  }
}

extension ChangeDetail {
  /// Whether the store's values stay as they are.
  fileprivate var isOfRecordOnly: Bool {
    switch self {
    case .secret(_, .reencrypted), .scopes, .preventDestroy, .destinations, .reauthorize: true
    case .secret, .plain, .setupType, .label: false
    }
  }

  fileprivate var undecidedField: FieldName? {
    switch self {
    case .secret(let field, .undecided): field
    case .secret, .plain, .setupType, .label, .scopes, .preventDestroy, .destinations, .reauthorize:
      nil
    }
  }
}
