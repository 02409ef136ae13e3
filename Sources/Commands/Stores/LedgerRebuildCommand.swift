import ArgumentParser
import Diagnostics
import Ledgers
import Reports
import Stores

struct LedgerRebuildCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Reset the ledger and rebuild it from the store.",
    discussion: """
      For a ledger that is lost, damaged or forged; git keeps the old one until it is garbage-collected. For a store \
      that keeps its records itself, the next apply writes the copy again. For any other store, every \
      connection then counts as not applied: `apply --adopt` takes over the declared ones and writes \
      their values.
      """)
  @OptionGroup var global: GlobalOptions
  @Flag(help: "Skip the confirmation prompt.") var autoApprove = false

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let (ledger, authentication, session) = try ledger(console)
    guard autoApprove || console.confirms("Forget all records?") else {
      console.note("Nothing was changed.")
      return .failed
    }
    let isLinked = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await ledger.rebuild(provenWith: authentication, by: session.provenance())
    }
    console.result(
      ActionReport(["store": .text(session.store.description.description)]).json)
    let next = session.store.traits.holdsRecords ? "" : " --adopt"
    console.result("The ledger is empty. Rebuild it: vaultctl apply\(next)\n")
    if !isLinked {
      console.note(
        "The ledger's previous key could not be opened, so machines that know it refuse the new ledger"
          + " until each of them runs: vaultctl ledger accept")
    }
    return .fine
  }
}
