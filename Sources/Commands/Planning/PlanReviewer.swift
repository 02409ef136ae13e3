import Diagnostics
import Foundation
import Manifests
import Model
import Planning
import Reports

/// Adds to plans what a reviewer needs beside them.
struct PlanReviewer: Sendable {
  private let state: ReviewBaseState
  private var base: ReviewBase? { state.base }

  /// - Throws: if the commit that the user names cannot be read.
  init(option: String?, trustRef: String?, root: String) throws {
    state = try ReviewBase.state(option: option, trustRef: trustRef, root: root)
  }

  /// - Parameter flows: those that were read for the plan.
  func review(_ plan: Plan, of session: Session, flows: [Flow]) async throws -> PlanReview {
    let workspace = session.workspace
    let environment = workspace.environment
    let after = workspace.state.connections
    let old = base?.contents.map { contents in
      contents.state(of: environment.flatMap { contents.project.environment(withID: $0.id) })
        .connections
    }
    let readers = try await ReviewReaders(
      before: base == nil ? nil : old ?? [], after: after,
      recipients: workspace.project.rules(of: environment).flatMap(\.keys).map(\.text),
      directory: { ids, fingerprints in
        await KeyDirectory(
          session.keyring.openPGP, ids: ids, fingerprints: fingerprints, base: state.keys,
          branch: workspace.files)
      })
    return PlanReview(
      base: base?.commit, baseFault: state.fault?.message,
      head: GitHead.commit(above: workspace.files.root).map {
        PlanReview.Commit(name: nil, id: $0)
      },
      hasKey: (try? await session.keyring.openingKeys())?.isEmpty == false,
      hasFlows: !flows.isEmpty,
      readers: readers.readers, unknownRecipients: readers.unknownRecipients,
      secretsBefore: base == nil ? nil : readers.countBefore, secretsAfter: readers.countAfter,
      settings: base?.contents.map { old in
        ProjectDiffBuilder(
          from: DeclaredProject(
            settings: old.settings.renaming(workspace.project.names(ofEnvironmentsIn: old.project))
              .texts),
          to: DeclaredProject(settings: workspace.contents.settings.texts)
        ).diff().settings
      } ?? [],
      services: services(plan, before: old ?? [], after: after, workspace.catalog))
  }

  private func services(
    _ plan: Plan, before: [DesiredConnection], after: [DesiredConnection], _ catalog: Catalog
  ) -> [ConnectionName: ReviewService] {
    var services: [ConnectionName: ReviewService] = [:]
    func add(_ name: ConnectionName, _ app: AppID, _ hosts: Set<Destination>) {
      if services[name] != nil { return }
      services[name] = ReviewService(
        name: catalog[app]?.name ?? app.rawValue, page: catalog[app]?.credentialsPage,
        hosts: hosts.filter { $0.sealedField == nil }.map(\.rawValue).sorted())
    }
    for connection in before { add(connection.name, connection.app, connection.destinations) }
    for connection in after { add(connection.name, connection.app, connection.destinations) }
    for change in plan.changes { add(change.connection, change.app, []) }
    return services
  }
}
