import Diagnostics
import HTTP
import Manifests
import Model
import OpenPGP
import Planning
import Reports
import Stores

extension Session {
  /// A plan of these manifests against the store.
  ///
  /// 1. The store is read, and checked with its own key where that is available; nothing is written, and no
  ///    secret opened.
  /// 2. The endpoints that an app leaves to its issuer are discovered.
  /// 3. If a ciphertext differs from the applied one and a key for it is available, it is opened
  ///    and compared with the store's keyed digest.
  /// 4. The plan is computed from these.
  /// 5. The recipients of the store's own key are compared with those that are declared.
  /// 6. If an apply would seal that key, its recipients are looked up, too.
  ///
  /// Settings that are not used are among the findings, or beside what made the plan fail.
  ///
  /// - Returns: the plan, the parts of the store that it is based on, and the flows.
  func plan(
    _ options: PlanningOptions, from sources: PlanSources, to purpose: PlanPurpose
  ) async throws -> (plan: Plan, snapshot: Snapshot, flows: [Flow]) {
    let untrusted = workspace.contents.untrusted
    do {
      let (plan, snapshot, flows) = try await comparison(options, sources, purpose)
      let findings =
        untrusted.map { Finding(.untrusted, nil, $0) }
        + workspace.contents.overrides.map { Finding(.appOverride, nil, $0) }
      let message = try await storeKeyMessage(isOffline: sources.isOffline)
      let key = try await storeKeyChange(of: message)
      let recipients = try await recipientFindings(
        plan, message, key.change, isApplied: purpose == .apply)
      return (
        plan.adding(
          findings + recipients
            + [
              key.finding,
              snapshot.doubt.map { reason in
                store.authentication == nil || sources.isOffline
                  ? .ledgerUnverified(reason, store.description)
                  : .storeUnverified(reason, store.description)
              },
            ]
            .compactMap(\.self), storeKey: key.change), snapshot, flows
      )
    } catch let failure as Failure {
      var all = Failure(untrusted + failure.diagnostics, sources: workspace.sources)
      all.outcome = failure.outcome
      throw all
    }
  }

  private func comparison(
    _ options: PlanningOptions, _ sources: PlanSources, _ purpose: PlanPurpose
  ) async throws -> (plan: Plan, snapshot: Snapshot, flows: [Flow]) {
    let isOffline = sources.isOffline
    let snapshot = try await read(isOffline: isOffline)
    LeakedAtExit.keep(snapshot)
    let flows = try await flows(ofStore: sources.hasStoreFlows)
    let (discovery, doubts) = try await discovered(
      snapshot, over: purpose == .page || isOffline ? nil : tokenHTTP)
    let options = try resolved(options, desired: desired, snapshot)
    let changed = undecidedSecrets(
      desired: desired, snapshot: snapshot, targets: options.targets)
    let comparisons =
      changed.isEmpty
      ? [:]
      : try await SecretComparer(self, snapshot, isOffline: isOffline)
        .comparisons(of: changed)
    let plan = Planner(
      PlanningInput(
        desired: desired, snapshot: snapshot, catalog: workspace.catalog,
        comparisons: comparisons, options: options, flows: flows,
        tokens: isOffline ? nil : try await tokenOverview(of: snapshot),
        base: workspace.environment == nil ? [] : discovery.completed(workspace.state.base),
        proposed: workspace.contents.proposedDestinations(of: desired),
        sharedMessages: workspace.contents.manifests.sharedMessages,
        keyOwners: await keyOwners(of: changed.filter { comparisons[$0] == nil }))
    ).plan().adding(doubts.map { Finding(.tokens, nil, $0) })
    return (plan, snapshot, flows)
  }

  /// Completes the declared connections, which `desired` has from then on.
  ///
  /// - Parameter http: `nil` if nothing is fetched: what was recorded counts.
  /// - Throws: if a connection's endpoints are neither discovered nor recorded.
  func discovered(
    _ snapshot: Snapshot, over http: (any HTTPTransport)?
  ) async throws -> (discovery: EndpointDiscovery, doubts: [Diagnostic]) {
    let declared = workspace.state.connections
    let discovery = await EndpointDiscovery(of: declared, workspace.catalog, snapshot, over: http)
    let doubts = discovery.diagnostics(declared)
    if doubts.hasErrors { throw Failure(doubts) }
    completed.set(discovery.completed(declared))
    return (discovery, doubts)
  }

  /// Who the messages of these fields are addressed to, as far as the keyring knows them.
  private func keyOwners(of fields: [FieldAddress]) async -> [String: String] {
    if fields.isEmpty { return [:] }
    let desired = Dictionary(workspace.state.connections.map { ($0.name, $0) }) { first, _ in first
    }
    let ids = Set(
      fields.flatMap { desired[$0.connection]?.setup?.sealed[$0.field]?.keyIDs ?? [] })
    return await owners(of: ids)
  }

  /// The options with the connections that the user's words mean.
  ///
  /// - Throws: for each word that means none.
  private func resolved(
    _ options: PlanningOptions, desired: [DesiredConnection], _ snapshot: Snapshot
  ) throws -> PlanningOptions {
    var options = options
    let names = selectableNames(desired: desired, snapshot: snapshot)
    let unknown =
      options.selection.unmatched(among: names)
      + options.allowedRedirects.subtracting(names).map(\.rawValue).sorted()
    if !unknown.isEmpty { throw Failure(unknown.map { .unknownTarget($0, among: names) }) }
    if !options.selection.isAll { options.targets = options.selection.names(among: names) }
    options.store = store.description.description
    options.owner = store.owner
    return options
  }

  /// The project's flows and, if wanted, those of the store's backend; a flow that cannot be read may use
  /// any connection.
  func flows(ofStore isOfStore: Bool) async throws -> [Flow] {
    let stored = try await mappingStoreErrors { () async throws(StoreError) in
      isOfStore ? try await store.flows?.flows() ?? [] : []
    }
    return workspace.contents.flows
      + stored.map { flow in
        let file = "flow `\(flow.name)` of \(store.description)"
        switch flow.content {
        case .json(let bytes): return FlowFile(bytes, file: file, name: flow.name).flow
        case .unreadable(let reason):
          let gap = FlowGap(reason: reason, location: .file(file))
          return Flow(name: flow.name, file: file, steps: [], gaps: [gap])
        }
      }
  }

  func labelled(_ plan: Plan, _ review: PlanReview? = nil) -> EnvironmentPlan {
    EnvironmentPlan(
      environment: workspace.environment?.name, store: identity.name, address: identity.address,
      plan: plan.inScope(workspace.scope), review: review)
  }
}

extension Finding {
  fileprivate static func storeUnverified(_ reason: String, _ store: StoreDescription) -> Finding {
    Finding(
      .unverified, nil,
      Diagnostic(
        .storeUnverified, "store not verified: \(store)", severity: .info, notes: [reason],
        help: ["verify it where its key is: vaultctl store verify"]))
  }

  fileprivate static func ledgerUnverified(_ reason: String, _ store: StoreDescription) -> Finding {
    Finding(
      .unverified, nil,
      Diagnostic(
        .ledgerUnverified, "ledger not verified: the ledger of \(store)", severity: .info,
        notes: [reason], help: ["verify it where its key is: vaultctl ledger verify"]))
  }
}

extension ConnectionSelection {
  /// - Throws: for each word that means none of these.
  func required(among all: Set<ConnectionName>) throws -> Set<ConnectionName> {
    let unknown = unmatched(among: all)
    if !unknown.isEmpty { throw Failure(unknown.map { .unknownTarget($0, among: all) }) }
    return names(among: all)
  }
}

extension Diagnostic {
  /// - Parameter text: a name or a glob.
  static func unknownTarget(_ text: String, among names: Set<ConnectionName>) -> Diagnostic {
    let near = nearestName(to: text, among: names.sorted().map(\.rawValue))
    return Diagnostic(
      .unknownTarget, "target `\(text)` not found",
      notes: ["it is neither declared nor in the store"],
      help: [near.map { "did you mean `\($0)`?" } ?? "list all connections: vaultctl status"])
  }
}
