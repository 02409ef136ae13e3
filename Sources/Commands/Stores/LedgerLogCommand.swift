import Diagnostics
import ArgumentParser
import Ledgers
import Reports
import Stores

struct LedgerLogCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "List every apply: who, when and from which commit.")
  @OptionGroup var global: GlobalOptions

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let (ledger, _, session) = try ledger(console)
    let entries = try await session.mappingStoreErrors { () throws(StoreError) in
      try ledger.log()
    }
    if format == .json {
      console.result(
        LogReport(
          store: session.store.description.description, entries: entries.map { LogReport.Entry($0) }
        ).json)
      return .fine
    }
    for entry in entries {
      let lines = entry.message.split(separator: "\n", omittingEmptySubsequences: true)
      console.result("\(entry.id) \(entry.when) \(lines.first ?? "")\n")
      for line in lines.dropFirst() { console.result("    \(line)\n") }
    }
    return .fine
  }
}
