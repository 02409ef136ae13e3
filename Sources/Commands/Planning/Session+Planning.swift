import Diagnostics
import Manifests
import Model
import Planning
import Reports
import Stores

extension Session {
  /// A plan of these manifests against the store.
  ///
  /// 1. The store is read; nothing is written, and nothing opened.
  /// 2. If a ciphertext differs from the applied one and a key for it is available, it is opened
  ///    and compared with the store's keyed digest.
  /// 3. The plan is computed from these.
  /// 4. The recipients of the store's own key are compared with those that are declared.
  ///
  /// Settings that are not used are among the findings, or beside what made the plan fail.
  ///
  /// - Returns: the plan, and the parts of the store that it is based on.
  func plan(
    _ options: PlanningOptions, isOffline: Bool = false, readsFlows: Bool = true
  ) async throws -> (plan: Plan, snapshot: Snapshot) {
    let untrusted = workspace.contents.untrusted
    do {
      let (plan, snapshot) = try await comparison(
        options, isOffline: isOffline, readsFlows: readsFlows)
      let findings =
        untrusted.map { Finding(.untrusted, nil, $0) }
        + workspace.contents.overrides.map { Finding(.appOverride, nil, $0) }
      let key = try await storeKeyChange(isOffline: isOffline)
      return (
        plan.adding(
          findings
            + [key.finding, snapshot.doubt.map { .ledgerUnverified($0, store.description) }]
            .compactMap(\.self), storeKey: key.change), snapshot
      )
    } catch let failure as Failure {
      var all = Failure(untrusted + failure.diagnostics, sources: workspace.sources)
      all.outcome = failure.outcome
      throw all
    }
  }

  private func comparison(
    _ options: PlanningOptions, isOffline: Bool, readsFlows: Bool
  ) async throws -> (plan: Plan, snapshot: Snapshot) {
    let snapshot = try await read(isOffline: isOffline)
    LeakedAtExit.keep(snapshot)
    let flows = try await flows(ofStore: readsFlows && !isOffline)
    let desired = workspace.state.connections
    let named = (options.targets ?? []).union(options.allowedRedirects)
    let unknown = unknownTargets(named, desired: desired, snapshot: snapshot)
    if !unknown.isEmpty { throw Failure(unknown.map { .unknownTarget($0) }) }
    let changed = undecidedSecrets(
      desired: desired, snapshot: snapshot, targets: options.targets)
    let comparisons =
      changed.isEmpty
      ? [:]
      : try await SecretComparer(self, snapshot, isOffline: isOffline)
        .comparisons(of: changed)
    var options = options
    options.store = store.description.description
    options.owner = store.owner
    let plan = Planner(
      PlanningInput(
        desired: desired, snapshot: snapshot, catalog: workspace.catalog,
        comparisons: comparisons, options: options, flows: flows,
        tokens: isOffline ? nil : try await tokenOverview(),
        base: workspace.environment == nil ? [] : workspace.state.base,
        proposed: workspace.contents.proposedDestinations(of: desired))
    ).plan()
    return (plan, snapshot)
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

  func labelled(_ plan: Plan) -> EnvironmentPlan {
    EnvironmentPlan(
      environment: workspace.environment?.name, store: identity.name, address: identity.address,
      plan: plan)
  }
}

extension Finding {
  fileprivate static func ledgerUnverified(_ reason: String, _ store: StoreDescription) -> Finding {
    Finding(
      .unverified, nil,
      Diagnostic(
        .ledgerUnverified, "ledger not verified: the ledger of \(store)", severity: .info,
        notes: [reason], help: ["verify it where its key is: vaultctl ledger verify"]))
  }
}

extension Diagnostic {
  fileprivate static func unknownTarget(_ name: ConnectionName) -> Diagnostic {
    Diagnostic(
      .unknownTarget, "target `\(name)` not found",
      notes: ["it is neither declared nor in the store"],
      help: ["list all connections: vaultctl status"])
  }
}
