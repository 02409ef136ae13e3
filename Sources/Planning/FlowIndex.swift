import Diagnostics
package import Model

/// Which flows use which connections, and which of their references are invalid.
package struct FlowIndex: Sendable {
  private let uses: [ConnectionName: [Use]]
  /// Actions that name a declared connection by a name that it no longer has.
  private let stale: [ConnectionName: [Use]]
  private let flows: [Flow]
  private let desired: [ConnectionName: DesiredConnection]
  /// Declared connections by each of their previous names.
  private let renamed: [String: DesiredConnection]
  /// By the store's ids; empty if there is no flow to name one.
  private let stored: [String: ConnectionName]
  private let storedNames: Set<ConnectionName>
  /// What the store has and no manifest can declare, by id.
  private let foreignEntries: [String: ForeignEntry]
  private let catalog: Catalog
  private let knowsStore: Bool

  /// One action that uses a connection.
  private struct Use: Sendable {
    /// The index of the flow: two may have one name.
    let number: Int
    let flow: Flow
    let step: FlowStep
  }

  /// - Parameter snapshot: resolves the ids in flows; `nil` if no store was read.
  package init(
    _ flows: [Flow], desired: [DesiredConnection], snapshot: Snapshot?, catalog: Catalog
  ) {
    self.flows = flows
    knowsStore = snapshot != nil
    self.catalog = catalog
    foreignEntries = Dictionary(
      (snapshot?.foreignEntries ?? []).map { ($0.id.rawValue, $0) }
    ) { first, _ in first }
    if flows.isEmpty {
      self.desired = [:]
      renamed = [:]
      stored = [:]
      storedNames = []
      uses = [:]
      stale = [:]
      return
    }
    self.desired = Dictionary(desired.map { ($0.name, $0) }) { first, _ in first }
    renamed = Dictionary(
      desired.flatMap { connection in connection.formerNames.map { ($0.rawValue, connection) } }
    ) { first, _ in first }
    var stored = Dictionary(
      (snapshot?.actual.values.map { $0 } ?? []).map { ($0.id.rawValue, $0.name) }
    ) { first, _ in first }
    for connection in desired {
      // An id refers to the connection under its name after a rename.
      if let id = snapshot?.counterpart(of: connection).actual?.id {
        stored[id.rawValue] = connection.name
      }
    }
    self.stored = stored
    storedNames = Set(stored.values)
    var uses: [ConnectionName: [Use]] = [:]
    var stale: [ConnectionName: [Use]] = [:]
    for (number, flow) in flows.enumerated() {
      for step in flow.steps {
        guard let text = step.connection else { continue }
        if let name = Self.resolved(text, self.desired, stored, storedNames) {
          uses[name, default: []].append(Use(number: number, flow: flow, step: step))
        } else if let now = renamed[text], step.isDirect {
          stale[now.name, default: []].append(Use(number: number, flow: flow, step: step))
        }
      }
    }
    self.uses = uses
    self.stale = stale
  }

  private static func resolved(
    _ text: String, _ desired: [ConnectionName: DesiredConnection],
    _ stored: [String: ConnectionName], _ storedNames: Set<ConnectionName>
  ) -> ConnectionName? {
    if let name = ConnectionName(text), desired[name] != nil { return name }
    // A flow may also name a connection that only the store has: its deletion affects the flow.
    return stored[text] ?? ConnectionName(text).flatMap { storedNames.contains($0) ? $0 : nil }
  }

  /// The flows that use a connection, by their names.
  ///
  /// - Parameter isRemoved: the change removes the connection, so its flows break.
  package func uses(of name: ConnectionName, isRemoved: Bool = false) -> [FlowUse] {
    grouped(uses[name] ?? [], isBroken: isRemoved)
  }

  /// The flows that a change of a declared connection reaches: those that use it, and those that name
  /// it by a name that it no longer has, which break.
  func reach(of name: ConnectionName) -> [FlowUse] {
    uses(of: name) + grouped(stale[name] ?? [], isBroken: true)
  }

  private func grouped(_ uses: [Use], isBroken: Bool) -> [FlowUse] {
    Dictionary(grouping: uses, by: \.number).map { number, uses in
      FlowUse(
        flow: flows[number].name, file: flows[number].file,
        actions: Set(uses.map(\.step.title)).sorted(), isBroken: isBroken)
    }.sorted { ($0.flow, $0.file) < ($1.flow, $1.file) }
  }

  /// The connection that an action refers to, declared or in the store; `nil` if it names none, or
  /// one that is unknown.
  package func connection(of step: FlowStep) -> ConnectionName? {
    step.connection.flatMap { Self.resolved($0, desired, stored, storedNames) }
  }

  /// A flow may have as many references as its file has bytes.
  private static let maxFindings = 100

  /// The invalid references, in the flows' order.
  package func findings() -> [Finding] {
    if flows.isEmpty { return [] }
    return flows.flatMap(findings)
      + desired.values.sorted { $0.name < $1.name }.flatMap(scopeFindings)
  }

  private func findings(of flow: Flow) -> [Finding] {
    var found: [Finding] = flow.gaps.isEmpty ? [] : [.unreadable(flow)]
    var others = 0
    for step in flow.steps {
      guard let finding = finding(step, flow) else { continue }
      if found.count < Self.maxFindings {
        found.append(finding)
      } else {
        others += 1
      }
    }
    return others == 0 ? found : found + [.more(others, in: flow)]
  }

  private func finding(_ step: FlowStep, _ flow: Flow) -> Finding? {
    guard let text = step.connection else {
      return needsConnection(step) ? .lackingInFlow(step, flow) : nil
    }
    guard let name = connection(of: step), let connection = desired[name] else {
      if !step.isDirect || step.looksLikeStoreID && !knowsStore { return nil }
      // A gap of the flow already.
      if text.contains("{{") { return nil }
      return .undeclaredInFlow(
        text, step, flow, stored: connection(of: step), foreign: foreignEntries[text],
        now: renamed[text])
    }
    // A type that the catalog does not know may take any connection.
    guard step.isDirect, catalog[step.app] != nil, step.app != connection.app else { return nil }
    return .wrongAppInFlow(connection, step, flow)
  }

  func needsConnection(_ step: FlowStep) -> Bool { catalog.needsConnection(step) }

  /// The scopes that flows' actions need of a connection, each with what fails without it.
  package func requirements(of connection: DesiredConnection) -> [Scope: String] {
    needs(of: connection).mapValues { "\($0.step.title) of flow `\($0.flow.name)` fails" }
  }

  private func needs(of connection: DesiredConnection) -> [Scope: Use] {
    var needs: [Scope: Use] = [:]
    for use in uses[connection.name] ?? [] where use.step.isDirect {
      for scope in catalog.action(of: use.step)?.scopes ?? [] where needs[scope] == nil {
        needs[scope] = use
      }
    }
    return needs
  }

  /// The scopes that actions need and the manifest does not declare; none if it declares no scopes
  /// at all.
  private func scopeFindings(_ connection: DesiredConnection) -> [Finding] {
    guard let declared = connection.scopes else { return [] }
    let rules = catalog[connection.app]?.oauth?.scopes ?? ScopeRules()
    let needs = needs(of: connection)
    let missing = Set(rules.missing(Set(needs.keys), from: declared))
    return needs.filter { missing.contains($0.key) }.sorted { $0.key < $1.key }.map {
      .scopeRequired($0.key, $0.value.step, $0.value.flow, connection)
    }
  }
}

extension Finding {
  /// Whatever it is, the flow may use any connection there.
  fileprivate static func unreadable(_ flow: Flow) -> Finding {
    let more = flow.gaps.count - 1
    return Finding(
      .flow, nil,
      Diagnostic(
        .flowUnreadable, "flow `\(flow.name)` cannot be read completely", severity: .warning,
        at: flow.gaps.first?.location ?? .file(flow.file),
        notes: (flow.gaps.first.map { [$0.reason] } ?? [])
          + (more > 0 ? ["\(more) more such \(more == 1 ? "place" : "places")"] : [])
          + ["it may use any connection, so none is deleted or replaced without --force"],
        help: ["fix the flow and, if it is in a file, export it again"]))
  }

  fileprivate static func more(_ count: Int, in flow: Flow) -> Finding {
    Finding(
      .flow, nil,
      Diagnostic(
        .tooManyFaults, "flow `\(flow.name)` has \(count) more such references",
        severity: .warning, at: .file(flow.file),
        help: ["fix the ones above, and plan again"]))
  }

  /// - Parameters:
  ///   - stored: the store has it, and no manifest declares it.
  ///   - foreign: the store has it, and no manifest can declare it.
  ///   - now: the declared connection that it was renamed to.
  fileprivate static func undeclaredInFlow(
    _ text: String, _ step: FlowStep, _ flow: Flow, stored: ConnectionName?,
    foreign: ForeignEntry?, now: DesiredConnection?
  ) -> Finding {
    var notes: [String] = []
    var help = "declare it: vaultctl new \(shellWord(text)) --app \(step.app)"
    if let now {
      return Finding(
        .flow, nil,
        Diagnostic(
          .flowNamesNone,
          "flow `\(flow.name)` breaks at \(step.title): `\(text)` was renamed to `\(now.name)`",
          severity: .warning, at: step.location, help: ["use `\(now.name)` here"]))
    }
    if let stored {
      notes = ["the store has it" + (text == stored.rawValue ? "" : ", as `\(stored)`")]
      help = "declare it: vaultctl import \(shellWord(stored.rawValue))"
    } else if let foreign {
      notes = ["the store has it, as `\(foreign.name)`, which is not one of ours"]
      help = "choose another connection in the flow, or give that one a name of its own there"
    } else if step.looksLikeStoreID {
      notes = ["it looks like a store ID, and the store has no such connection"]
      help = "choose another connection in the flow"
    }
    return Finding(
      .flow, nil,
      Diagnostic(
        .flowNamesNone, "flow `\(flow.name)` uses connection `\(text)`, which is not declared",
        severity: .warning, at: step.location, label: "of \(step.title)", notes: notes,
        help: [help]))
  }

  fileprivate static func wrongAppInFlow(
    _ connection: DesiredConnection, _ step: FlowStep, _ flow: Flow
  ) -> Finding {
    Finding(
      .flow, connection.name,
      Diagnostic(
        .flowWrongApp,
        "flow `\(flow.name)` uses `\(connection.name)`, of \(connection.app), for \(step.title)",
        severity: .warning, at: step.location,
        notes: ["an action accepts only connections of its own app"],
        help: ["use a connection for \(step.app), or change the action"]))
  }

  fileprivate static func lackingInFlow(_ step: FlowStep, _ flow: Flow) -> Finding {
    Finding(
      .flow, nil,
      Diagnostic(
        .flowLacksConnection, "flow `\(flow.name)` names no connection for \(step.title)",
        severity: .warning, at: step.location,
        help: ["create an empty one: vaultctl new --from-flow \(shellWord(flow.file))"]))
  }

  fileprivate static func scopeRequired(
    _ scope: Scope, _ step: FlowStep, _ flow: Flow, _ connection: DesiredConnection
  ) -> Finding {
    Finding(
      .scopeDrift, connection.name,
      Diagnostic(
        .scopeRequired, "`\(connection.name)` does not declare `\(scope)`, which a flow needs",
        severity: .warning, at: connection.origin.scopesLocation,
        notes: ["\(step.title) of flow `\(flow.name)` fails without it"],
        help: ["add `\(scope)` to `spec.scopes`, and authorize the connection for it"]))
  }
}
