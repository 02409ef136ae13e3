import ArgumentParser
import Diagnostics
import Ledgers
import Model
import Stores

struct LedgerVerifyCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Read the whole ledger, and compare it with what the store has.",
    discussion: "Fails where a record's connection is gone, or was changed by others.")
  @OptionGroup var global: GlobalOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let (ledger, session) = try ledger(console)
    let contents = try await session.mappingStoreErrors { () throws(StoreError) in
      try ledger.read().contents
    }
    let snapshot = try await session.read()
    var faults: [Diagnostic] = []
    func fault(_ name: ConnectionName, _ what: String) {
      faults.append(
        Diagnostic(
          .ledgerFailed, "the record of `\(name)` does not hold",
          at: .connection(name.rawValue, store: session.store.description.description),
          notes: [what], help: ["see what an apply would do: vaultctl plan"]))
    }
    for (name, record) in contents.records.sorted(by: { $0.key < $1.key }) {
      guard let actual = snapshot.actual[name], actual.id == record.storeID else {
        fault(name, "the store has no connection \(record.storeID)")
        continue
      }
      if actual.version != record.version { fault(name, "it was changed by others") }
    }
    for name in snapshot.applied.keys.sorted() where contents.entries[name] == nil {
      fault(name, "the store has one, and the ledger has none")
    }
    if contents.state.run != nil || !contents.state.interrupted.isEmpty {
      faults.append(
        Diagnostic(
          .ledgerFailed, "a run has not ended", severity: .warning,
          help: ["the next apply finds out what became of it"]))
    }
    console.report(faults)
    if faults.hasErrors { return .failed }
    console.result("\(contents.records.count) records hold.\n")
    return .fine
  }
}
