import Diagnostics
import ArgumentParser
import Ledgers
import Stores

struct LedgerRebuildCommand: Subcommand {
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

  func carryOut(_ console: Console) async throws -> Outcome {
    let (ledger, authentication, session) = try ledger(console)
    guard
      autoApprove || console.answer(to: "\nForget all records? Type `yes` to confirm: ") == "yes"
    else {
      console.note("Nothing was changed.")
      return .failed
    }
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await ledger.rebuild(provenWith: authentication, by: session.provenance())
    }
    let next = session.store.traits.holdsRecords ? "" : " --adopt"
    console.result("The ledger is empty. Rebuild it: vaultctl apply\(next)\n")
    return .fine
  }
}
