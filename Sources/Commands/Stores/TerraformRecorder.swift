import Diagnostics
import Manifests
import Model

/// Records connections of a tenant that Terraform manages there as applied, by the ids in its state, so that
/// the next plan is empty.
struct TerraformRecorder {
  let global: GlobalOptions
  let console: Console

  /// Terraform's ids are those of its tenant; another store has none of them.
  static func applies(to workspace: Workspace) -> Bool {
    guard case .auth0 = workspace.project.storeSettings(of: workspace.environment)?.backend
    else { return false }
    return true
  }

  /// Connections that are not recorded are reported: what the tenant has is not what the state has, or the
  /// manifest lacks a part of it.
  ///
  /// - Parameter files: the drafts' manifests, which were written.
  /// - Returns: the connections that are recorded; none if that is not sure of all that should be.
  func record(
    _ drafts: [ImportDraft], _ files: [ConnectionName: String]
  ) async -> Set<ConnectionName> {
    do {
      let workspace = try Workspace.load(global)
      try workspace.requireNoErrors()
      let session = try SessionFactory(console: console).session(for: workspace)
      let snapshot = try await session.read()
      let reasons = drafts.map { reason($0, in: snapshot) }
      console.report(zip(drafts, reasons).compactMap { Diagnostic.notRecorded($0, $1) })
      let chosen = Set(zip(drafts, reasons).filter { $1 == nil }.map(\.0.name))
      if chosen.isEmpty { return [] }
      let outcome = try await ImportRecorder(session: session, console: console)
        .record(files.filter { chosen.contains($0.key) }, global)
      return outcome == .applied ? chosen : []
    } catch {
      let failure = Failure(error, outcome: .partly)
      console.report(failure.diagnostics.map(\.asWarning), sources: failure.sources)
      console.report([.nothingRecorded])
      return []
    }
  }

  /// Why a connection is not recorded; `nil` if it is.
  private func reason(_ draft: ImportDraft, in snapshot: Snapshot) -> String? {
    guard let id = draft.id else { return "the state does not record its id" }
    if !draft.left.isEmpty { return "its manifest lacks some fields" }
    guard let actual = snapshot.actual[draft.name] else {
      return snapshot.foreign[draft.name] == nil
        ? "the tenant has no connection of this name" : "another project has applied it"
    }
    if actual.id != id { return "the tenant's connection of this name has another id" }
    if actual.app != draft.app.id { return "the tenant's connection is for another app" }
    if snapshot.applied[draft.name] != nil { return "it has an applied record" }
    if let version = draft.version, version != actual.version {
      return "it was changed after Terraform last read it"
    }
    return nil
  }
}

extension Diagnostic {
  fileprivate static func notRecorded(_ draft: ImportDraft, _ reason: String?) -> Diagnostic? {
    guard let reason else { return nil }
    return Diagnostic(
      .notImported, "`\(draft.name)` was not recorded as applied", severity: .warning,
      notes: [reason], help: ["see what an apply would change: vaultctl plan --adopt"])
  }

  fileprivate static var nothingRecorded: Diagnostic {
    Diagnostic(
      .notImported, "no connection was recorded as applied", severity: .warning,
      notes: ["the manifests were written; the tenant was not read or not recorded"],
      help: ["take the existing connections over: vaultctl apply --adopt"])
  }
}
