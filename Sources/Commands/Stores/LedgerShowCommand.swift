import ArgumentParser
import Diagnostics
import Ledgers
import Model
import Reports
import Stores

struct LedgerShowCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the applied records: digests, never a value.")
  @OptionGroup var global: GlobalOptions

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let (ledger, _, session) = try ledger(console)
    let contents = try await session.mappingStoreErrors { () throws(StoreError) in
      try ledger.read().contents
    }
    console.result(LedgerReport(contents).json)
    if let run = contents.state.run {
      console.result("running: \(run.holder.who), since \(run.holder.since)\n")
    }
    for run in contents.state.interrupted {
      console.result("interrupted: \(run.holder.who), \(run.intents.count) in doubt\n")
    }
    for (name, entry) in contents.entries.sorted(by: { $0.key < $1.key }) {
      guard let record = entry.record else { continue }
      console.result(
        "\(name): \(record.storeID) at \(record.version), \(record.fields.count) fields,"
          + " \(record.provenance.at) by \(record.provenance.who)\n")
    }
    return .fine
  }
}

extension LedgerReport {
  fileprivate init(_ contents: LedgerContents) {
    func run(_ run: LedgerRun) -> Run {
      Run(who: run.holder.who, since: run.holder.since, inDoubt: run.intents.count)
    }
    self.init(
      running: contents.state.run.map(run), interrupted: contents.state.interrupted.map(run),
      records: contents.records)
  }
}
