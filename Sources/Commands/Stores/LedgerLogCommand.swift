import Diagnostics
import ArgumentParser
import Ledgers
import Stores

struct LedgerLogCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "List every apply: who, when and from which commit.")
  @OptionGroup var global: GlobalOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let (ledger, _, session) = try ledger(console)
    for entry in try await session.mappingStoreErrors({ () throws(StoreError) in try ledger.log() })
    {
      let lines = entry.message.split(separator: "\n", omittingEmptySubsequences: true)
      console.result("\(entry.id) \(entry.when) \(lines.first ?? "")\n")
      for line in lines.dropFirst() { console.result("    \(line)\n") }
    }
    return .fine
  }
}
