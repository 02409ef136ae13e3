import Diagnostics
import ArgumentParser
import Ledgers
import Stores

struct LedgerRebuildCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Start the ledger anew from what the store has.",
    discussion: """
      For a ledger that is lost or damaged; in git the old one stays until it is collected. Of a \
      store that holds its records itself, the next apply makes the copy anew. Of any other, every \
      connection is one that nobody applied: `apply --adopt` takes the declared ones over, and \
      writes their values.
      """)
  @OptionGroup var global: GlobalOptions
  @Flag(help: "Do not ask.") var autoApprove = false

  func carryOut(_ console: Console) async throws -> Outcome {
    let (ledger, session) = try ledger(console)
    guard autoApprove || console.answer(to: "\nForget every record? Only `yes` is taken: ") == "yes"
    else {
      console.note("Nothing was changed.")
      return .failed
    }
    try await session.mappingStoreErrors { () throws(StoreError) in
      try ledger.reset(by: session.provenance())
    }
    let next = session.store.traits.holdsRecords ? "" : " --adopt"
    console.result("The ledger is empty. Bring it up to what is there: vaultctl apply\(next)\n")
    return .fine
  }
}
