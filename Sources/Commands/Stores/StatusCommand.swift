import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports

struct StatusCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "List connections and their state.",
    discussion: """
      With --env all, those of every environment. With --watch, the list is shown again every few seconds, \
      until Ctrl-C.

      States: ready; empty, a required field has no value; pending, declared and not applied yet; drifted, \
      changed in the store since it was applied; conflict, changed there and in its manifest; scope drift; \
      orphaned, no longer declared; unmanaged, not created by vaultctl; foreign, of another owner.
      """, aliases: ["list"])

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: ArgumentHelp("Connections, or globs of their names (default: all).", valueName: "name"),
    completion: .connections)
  var names: [String] = []

  @OptionGroup var output: OutputOptions

  @Option(
    help: ArgumentHelp("Comma-separated findings that fail the run.", valueName: "findings"))
  var failOn: String?

  @Flag(help: "Show the list again and again, until Ctrl-C.")
  var watch = false

  @Option(help: ArgumentHelp("With --watch: seconds between two looks.", valueName: "seconds"))
  var interval: Int64 = 2

  var resultForm: ResultForm {
    if format == .text { return .text }
    return watch ? .lines : .document
  }

  func validate() throws {
    try NumberLimit.interval.validate(interval, of: "--interval")
    if watch, failOn != nil { throw ValidationError("--watch cannot be used with --fail-on") }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    if watch {
      return try await StatusWatch(
        run: StatusRun(names: names, console: console), global: global, interval: interval
      ).run(console)
    }
    let policy = try FailOnPolicy(option: failOn, of: .status)
    let result = try await StatusRun(names: names, console: console).result(global)
    console.result(StatusText(palette: console.palette).text(result.lists))
    console.result(StatusJSON.report(result.lists, isOfAll: global.namesAllEnvironments))
    console.report(result.untrusted + result.faults, sources: result.sources)
    if !result.faults.isEmpty { return .failed }
    guard let violation = policy.violation(in: result.findings) else { return .fine }
    console.report([violation])
    return .finding
  }
}
