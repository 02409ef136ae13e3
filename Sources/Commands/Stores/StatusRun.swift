import Diagnostics
import Manifests
import Model
import Planning
import Reports
import Stores

/// Reads the state of connections, of one environment or of several.
struct StatusRun {
  /// Names or globs; empty for all.
  let names: [String]
  let console: Console

  struct Result {
    var lists: [StatusList] = []
    var findings: [Finding] = []
    /// Of the environments that could not be read.
    var faults: [Diagnostic] = []
    /// Settings of the project that are not trusted.
    var untrusted: [Diagnostic] = []
    var sources: [String: RedactedSource] = [:]
  }

  /// If a store cannot be read, the other environments are still shown.
  ///
  /// - Throws: the errors of the manifests; each name that no environment has; of a single environment,
  ///   why it cannot be read.
  func result(_ global: GlobalOptions) async throws -> Result {
    let workspaces = try global.environments(of: Workspace.load(global, acceptsAll: true))
    let diagnostics = workspaces.diagnostics
    if diagnostics.hasErrors {
      throw Failure(diagnostics, sources: workspaces.first?.sources ?? [:])
    }
    var result = Result()
    result.sources = workspaces.first?.sources ?? [:]
    result.untrusted = workspaces.first?.contents.untrusted ?? []
    for workspace in workspaces {
      do {
        let session = try SessionFactory(console: console, reportsUntrusted: false)
          .session(for: workspace)
        let overview = try await session.overview()
        let rows = StatusReader(overview, workspace).rows()
        result.findings += overview.plan.findings
        result.lists.append(
          StatusList(
            environment: workspace.environment?.name,
            store: session.store.description.description, rows: rows,
            forecast: overview.tokens.map { TokenForecast(rows, now: $0.now) }))
      } catch  where workspaces.count > 1 {
        result.faults += Failure(error, outcome: .failed).diagnostics.inScope(workspace.scope)
      }
    }
    try choose(from: &result)
    return result
  }

  /// - Throws: for each argument that names no connection, beside what could not be read.
  private func choose(from result: inout Result) throws {
    if names.isEmpty { return }
    let all = Set(result.lists.flatMap { $0.rows.map(\.name) })
    let chosen: Set<ConnectionName>
    do {
      chosen = try ConnectionSelection(included: names).required(among: all)
    } catch let failure as Failure {
      throw Failure(result.faults + failure.diagnostics)
    }
    result.lists = result.lists.map { $0.containing(chosen) }
  }
}
