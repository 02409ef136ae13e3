import ArgumentParser
import Diagnostics
import Ledgers
import Model
import Reports
import Stores

struct LedgerAcceptCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Accept the ledger as it is, even if it differs from what this machine saw before.",
    discussion: """
      For a ledger that was rebuilt, or restored from a backup: its key or its state is then not \
      the one that this machine knows. Ask who did it first. Later states are compared with this one.
      """)
  @OptionGroup var global: GlobalOptions
  @Flag(help: "Skip the confirmation prompt.") var autoApprove = false

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let (ledger, authentication, session) = try ledger(console)
    let last = try await session.mappingStoreErrors { () throws(StoreError) in try ledger.log() }
      .first
    if let last {
      console.present(
        "last entry: \(last.when) \(last.message.split(separator: "\n").first ?? "")\n")
    }
    guard autoApprove || console.confirms("Accept the ledger?") else {
      console.note("Nothing was changed.")
      return .failed
    }
    let contents = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await ledger.accept(with: authentication)
    }
    console.result(
      ActionReport([
        "sequence": .number(contents.state.sequence),
        "key": contents.proof.map { .text($0.key) },
      ]).json)
    let key = contents.proof.map { ", by key \($0.key)" } ?? ""
    console.result("Accepted: state \(contents.state.sequence)\(key).\n")
    return .fine
  }
}
