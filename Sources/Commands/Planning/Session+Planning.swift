import Applying
import Diagnostics
import Foundation
import Manifests
import Model
import OpenPGP
import Planning
import Reports
import Secrets
import Stores

extension Session {
  /// A plan of the present manifests against the present store.
  ///
  /// 1. The store is read; nothing is written, and nothing opened.
  /// 2. Only where a ciphertext is another than was applied, and a key for it is at hand, it is
  ///    opened and compared with the store's keyed digest.
  /// 3. The plan is made from these.
  ///
  /// - Returns: the plan, and what of the store it rests on.
  func plan(
    _ options: PlanningOptions, isOffline: Bool = false, readsFlows: Bool = true
  ) async throws -> (plan: Plan, snapshot: Snapshot) {
    let snapshot = try await read(isOffline: isOffline)
    KeptToTheEnd.keep(snapshot)
    let flows = workspace.read.flows + (isOffline || !readsFlows ? [] : try await flowsOfStore())
    let desired = workspace.state.connections
    let unknown = unknownTargets(options.targets ?? [], desired: desired, snapshot: snapshot)
    if !unknown.isEmpty { throw Failure(unknown.map { .unknownTarget($0) }) }
    let changed = undecidedSecrets(
      desired: desired, snapshot: snapshot, targets: options.targets)
    let comparisons =
      changed.isEmpty ? [:] : try await compare(changed, desired, snapshot, isOffline: isOffline)
    var options = options
    options.store = store.description.description
    let plan = Planning.plan(
      PlanningInput(
        desired: desired, snapshot: snapshot, catalog: workspace.catalog,
        comparisons: comparisons, options: options, flows: flows,
        tokens: isOffline ? nil : try await tokenOverview()))
    return (plan, snapshot)
  }

  /// What is kept of tokens; `nil` where the store keeps none.
  func tokenOverview() async throws -> TokenOverview? {
    guard let tokens = store.tokens else { return nil }
    let records = try await mappingStoreErrors { () async throws(StoreError) in
      try await tokens.tokenRecords()
    }
    return TokenOverview(
      records: records.mapValues(\.record), rule: workspace.project.renewal, now: clock.now())
  }

  /// The flows that the store's backend has; one that cannot be read uses nothing.
  private func flowsOfStore() async throws -> [Flow] {
    try await mappingStoreErrors { () async throws(StoreError) in
      try await store.flows?.flows() ?? []
    }
    .compactMap { name, definition in
      Flow.read(definition, file: "flow `\(name)` of \(store.description)").flow
    }
  }

  private func basis(of plan: Plan, _ snapshot: Snapshot) -> PlanBasis {
    PlanBasis(
      of: plan, desired: workspace.state.connections, snapshot: snapshot,
      recipients: workspace.project.rules(of: workspace.environment).flatMap { rule in
        rule.keys.map { "\(rule.path.text): \($0.text)" }
      })
  }

  func saved(_ plan: Plan, _ snapshot: Snapshot) -> SavedPlan {
    SavedPlan(
      plan, basis: basis(of: plan, snapshot), project: workspace.project.name,
      environment: workspace.environment?.name,
      store: store.description.description,
      manifests: workspace.state.manifests.map(\.file), toolVersion: vaultctlVersion,
      commit: GitHead.commit(above: workspace.files.root))
  }

  func labelled(_ plan: Plan) -> EnvironmentPlan {
    EnvironmentPlan(
      environment: workspace.environment?.name, store: store.description.description, plan: plan)
  }

  /// The plan of a file, if everything that it rests on is as it was.
  func plan(savedIn file: String) async throws -> Plan {
    let saved = try SavedPlan.read(file)
    if saved.plan.changes.isEmpty { return saved.plan }
    var moved = saved.basis.moved(to: basis(of: saved.plan, try await read()))
    if saved.project != workspace.project.name {
      moved.append("it is of the project `\(saved.project)`")
    }
    let store = store.description.description
    if saved.environment != workspace.environment?.name {
      moved.append("it is of \(saved.environment.map { "the environment `\($0)`" } ?? "the base")")
    }
    if saved.store != store { moved.append("it is for \(saved.store), not \(store)") }
    if !moved.isEmpty { throw Failure(.stalePlan(file, moved: moved)) }
    return saved.plan
  }

  private func compare(
    _ addresses: [FieldAddress], _ desired: [DesiredConnection], _ snapshot: Snapshot,
    isOffline: Bool
  ) async throws -> [FieldAddress: SecretComparison] {
    let byName = Dictionary(desired.map { ($0.name, $0) }) { first, _ in first }
    let own = await keyring.openingKeyIDs()
    let fields = addresses.compactMap {
      address -> (address: FieldAddress, message: SealedMessage, location: Location)? in
      guard let connection = byName[address.connection],
        let message = connection.setup?.sealed[address.field],
        message.keyIDs.contains(where: own.contains)
      else { return nil }
      return (address, message, connection.origin.location(of: address.field))
    }
    var values: [(field: FieldAddress, value: SecretBytes)] = []
    var faults: [Diagnostic] = []
    for (field, result) in zip(fields, await sealing.open(fields)) {
      switch result {
      case .success(let value): values.append((field.address, value))
      // A key that cannot be used now is as none; a message that lies is an error.
      case .failure(let fault) where fault.code.isKeyUnavailable: continue
      case .failure(let fault): faults.append(fault)
      }
    }
    if !faults.isEmpty { throw Failure(faults, sources: workspace.sources) }
    do throws(StoreError) {
      let compared = try await store.compare(
        values.map { value in
          let name = byName[value.field.connection].map { snapshot.counterpart(of: $0).name }
          let address = FieldAddress(name ?? value.field.connection, value.field.field)
          return (address, value.value)
        }, with: snapshot.applied, isOffline: isOffline)
      return Dictionary(
        zip(values, compared).compactMap { value, found in found.map { (value.field, $0) } }
      ) { first, _ in first }
    } catch {
      if case .keyUnavailable = error { return [:] }
      throw Failure(Diagnostic(error, in: store.description))
    }
  }
}

extension SavedPlan {
  static func read(_ file: String) throws -> SavedPlan {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      throw Diagnostic.unreadable(file, error)
    }
    return try SavedPlan(reading: bytes, from: file)
  }

  /// At once: whoever reads sees the old file or the new.
  func write(to file: String) throws {
    do {
      try Data(try text().utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw Diagnostic(
        .unreadableFile, "cannot write `\(file)`", at: .file(file),
        notes: [(error as NSError).localizedDescription])
    }
  }
}

extension DiagnosticCode {
  fileprivate var isKeyUnavailable: Bool {
    [.noSecretKey, .agentUnavailable, .cancelled, .deadlineExceeded, .gpgUnavailable].contains(self)
  }
}

extension Diagnostic {
  fileprivate static func unknownTarget(_ name: ConnectionName) -> Diagnostic {
    Diagnostic(
      .unknownTarget, "no connection `\(name)` to target",
      notes: ["it is neither declared nor in the store"], help: ["see all: vaultctl status"])
  }
}
