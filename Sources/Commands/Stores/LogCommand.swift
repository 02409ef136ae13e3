import ArgumentParser
import Diagnostics
import Model
import Reports
import Stores

struct LogCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "List what was applied to the store: when, who and from which commit.",
    discussion: """
      Read from the store's own log, from the ledger, or from the versions of its connections; newest \
      first, and never a value.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(
    name: [.customShort("n", allowingJoined: true), .customLong("limit")],
    help: ArgumentHelp("Show at most this many entries.", valueName: "number"))
  var limit: Int?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let entries = try await session.log()
    let report = LogReport(
      store: session.store.description.description,
      entries: Array(entries.prefix(limit ?? entries.count)))
    switch format {
    case .text: console.result(report.text(console.palette))
    case .json: console.result(report.json)
    }
    return .fine
  }
}
