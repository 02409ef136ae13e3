import ArgumentParser
import Diagnostics
import Ledgers
import Model
import Reports
import Stores

struct LedgerVerifyCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check who wrote the ledger, and compare it with the store.",
    discussion: """
      Fails if the ledger is not authentic or that cannot be checked here, if a recorded connection no \
      longer exists, or if one was changed outside vaultctl.
      """)
  @OptionGroup var global: GlobalOptions

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let (ledger, authentication, session) = try ledger(console)
    let contents = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await ledger.verified(with: authentication)
    }
    let snapshot = try await session.read()
    var faults: [Diagnostic] = []
    func fault(_ name: ConnectionName, _ what: String) {
      faults.append(
        Diagnostic(
          .ledgerFailed, "the record of `\(name)` does not match the store",
          at: .connection(name.rawValue, store: session.store.description.description),
          notes: [what], help: ["see what apply would change: vaultctl plan"]))
    }
    for (name, record) in contents.records.sorted(by: { $0.key < $1.key }) {
      guard let actual = snapshot.actual[name], actual.id == record.storeID else {
        fault(name, "the store has no connection \(record.storeID)")
        continue
      }
      if actual.version != record.version {
        fault(name, "the connection was changed outside vaultctl")
      }
    }
    for name in snapshot.applied.keys.sorted() where contents.entries[name] == nil {
      fault(name, "the connection is in the store but not in the ledger")
    }
    if contents.state.run != nil || !contents.state.interrupted.isEmpty {
      faults.append(
        Diagnostic(
          .ledgerFailed, "an apply did not finish", severity: .warning,
          help: ["the next apply checks its result: vaultctl apply"]))
    }
    console.report(faults)
    console.result(
      ActionReport([
        "store": .text(session.store.description.description),
        "key": contents.proof.map { .text($0.key) }, "records": .number(contents.records.count),
        "verified": .flag(!faults.hasErrors),
      ]).json)
    if faults.hasErrors { return .failed }
    if let key = contents.proof?.key { console.result("The ledger is authentic, by key \(key).\n") }
    console.result("\(contents.records.count) records match the store.\n")
    return .fine
  }
}
