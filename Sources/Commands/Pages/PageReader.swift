import Diagnostics
import Manifests
import Model
import Pacing
import Pages
import Planning
import Reports
import Stores

/// Reads what a vault page shows.
struct PageReader: Sendable {
  let console: Console
  let mode: VaultPage.Mode
  let sources: PlanSources
  /// Of a page that can change manifests.
  var writeToken: String?

  /// The log of a store is read connection by connection, so only that of a small project.
  private static let maxHistories = 200

  /// If a store cannot be read, the other environments are still shown.
  ///
  /// - Returns: the page, why something is missing from it, and the tokens of each environment that could
  ///   be read, by its name.
  func page(of workspaces: [Workspace]) async throws -> (
    page: VaultPage, faults: [Diagnostic], tokens: [String: [ConnectionName: RenewalMetrics.Token]?]
  ) {
    var views: [PageView] = []
    var tokens: [String: [ConnectionName: RenewalMetrics.Token]?] = [:]
    var faults: [Diagnostic] = []
    for workspace in workspaces {
      let name = workspace.environment?.name ?? ""
      tokens.updateValue(nil, forKey: name)
      do {
        let (view, states) = try await view(of: workspace)
        views.append(view)
        tokens.updateValue(states, forKey: name)
      } catch let failure as Failure where workspaces.count > 1 || mode == .live {
        faults += failure.diagnostics.inScope(workspace.scope)
      }
    }
    guard let first = workspaces.first else { preconditionFailure("a page shows something") }
    let page = VaultPage(
      project: first.project.name, edition: edition(of: first.files.root), views: views,
      people: await PeopleReader(workspaces, console: console).people(), faults: faults,
      access: writeToken.map { PageWriteAccess(token: $0, catalog: first.catalog) })
    return (page, faults, tokens)
  }

  /// A page that says why it shows nothing.
  func page(of project: String, root: String, faults: [Diagnostic]) -> VaultPage {
    VaultPage(
      project: project, edition: edition(of: root), views: [], people: [], faults: faults)
  }

  private func edition(of root: String) -> VaultPage.Edition {
    VaultPage.Edition(
      mode: mode, madeAt: Runtime.live.now(), toolVersion: Program.version,
      commit: GitHead.commit(above: root))
  }

  private func view(
    of workspace: Workspace
  ) async throws -> (view: PageView, tokens: [ConnectionName: RenewalMetrics.Token]) {
    let session = try SessionFactory(console: console, reportsUntrusted: false)
      .session(for: workspace)
    let (plan, snapshot, flows) = try await session.plan(
      PlanningOptions(), from: sources, to: .page)
    let tokens = sources.isOffline ? nil : try await session.tokenOverview(of: snapshot)
    let overview = ProjectOverview(plan: plan, snapshot: snapshot, tokens: tokens)
    let rows = StatusReader(overview, workspace).rows()
    let view = PageView(
      planned: session.labelled(plan), rows: rows, desired: session.desired,
      snapshot: snapshot, catalog: workspace.catalog,
      flows: flows,
      events: try await events(of: snapshot, session))
    return (view, tokens.map { session.tokenStates(snapshot, by: $0) } ?? [:])
  }

  private func events(
    of snapshot: Snapshot, _ session: Session
  ) async throws -> [ConnectionName: [StoreEvent]] {
    guard !sources.isOffline, snapshot.actual.count <= Self.maxHistories,
      let history = session.store.history
    else { return [:] }
    return try await session.mappingStoreErrors { () async throws(StoreError) in
      try await history.events(of: Set(snapshot.actual.keys))
    }
  }
}
