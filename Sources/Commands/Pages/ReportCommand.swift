import ArgumentParser
import Diagnostics
import Manifests
import Model
import Pages
import Planning
import Reports

struct ReportCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write the vault page: one HTML file that shows everything.",
    discussion: """
      The page lists the connections with their state, the plan, the flows, what expires and who can \
      open what. It loads nothing, so it can be opened from a disk, kept as a job's artifact, or \
      published. It holds no secret, sealed or opened; names, labels and plain fields are in it.

      Without --env, the page shows all environments of the project.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(
    help: ArgumentHelp(
      "Folder for the page, `index.html`; created if it does not exist.", valueName: "dir"),
    completion: .directory)
  var out: String

  @Flag(help: "Read the applied records alone, without credentials, key or network.")
  var offline = false

  @Flag(help: "Do not read flows from the store's backend.")
  var noFlows = false

  @OptionGroup var output: OutputOptions

  /// 1. The manifests of every environment must be valid before any store is read.
  /// 2. Each environment is planned in turn; one that cannot be read is a fault on the page.
  /// 3. The page is written.
  func carryOut(_ console: Console) async throws -> Outcome {
    let file = PageFile(folder: out)
    try file.requireReplaceable()
    let workspaces = try Workspace.load(global, acceptsAll: true).shown(global)
    let diagnostics = workspaces.diagnostics
    if diagnostics.hasErrors {
      throw Failure(diagnostics, sources: workspaces.first?.sources ?? [:])
    }
    let result = try await PageReader(
      console: console, mode: .report,
      sources: PlanSources(offline: offline, noFlows: noFlows)
    ).page(of: workspaces)
    try file.replace(with: result.page)
    console.report(result.faults)
    console.result(ActionReport(["file": .text(file.path)]).json)
    console.result("Wrote \(file.path)\n")
    return result.faults.isEmpty ? .fine : .failed
  }
}

extension Workspace {
  /// The environments that a page shows: the one that was chosen, or all of them; without any, the base.
  func shown(_ global: GlobalOptions) throws -> [Workspace] {
    if environment != nil { return [self] }
    let all = project.environments
    if all.isEmpty {
      if global.namesAllEnvironments { throw Failure(.unknownEnvironment("all", project)) }
      return [self]
    }
    return all.map(choosing)
  }
}
