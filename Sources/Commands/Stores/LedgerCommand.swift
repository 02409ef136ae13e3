import Applying
import ArgumentParser
import Diagnostics
import Ledgers
import Manifests
import Model
import Stores

struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger",
    abstract: "The applied records that are kept beside a store: in a ref of git, or in a file.",
    subcommands: [
      LedgerLogCommand.self, LedgerShowCommand.self, LedgerVerifyCommand.self,
      LedgerRebuildCommand.self,
    ])
}

extension Subcommand {
  /// The ledger of the chosen environment's store.
  fileprivate func ledger(
    _ console: Console
  ) throws -> (ledger: any Ledger, session: Session) {
    let workspace = try Workspace.load(global)
    let session = try Session(workspace, console: console)
    guard let settings = workspace.project.storeSettings(of: workspace.environment),
      let ledger = try session.stores.ledger(of: settings)
    else {
      throw Failure(
        Diagnostic(
          .ledgerFailed, "\(session.store.description) has no ledger",
          notes: ["it holds its applied records itself"],
          help: ["to have a copy of them in git, add `ledger: git` to `store:`"]))
    }
    return (ledger, session)
  }
}

struct LedgerLogCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Every apply: who, when, from which commit.")
  @OptionGroup var global: GlobalOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let (ledger, session) = try ledger(console)
    for entry in try await session.mappingStoreErrors({ () throws(StoreError) in try ledger.log() })
    {
      let lines = entry.message.split(separator: "\n", omittingEmptySubsequences: true)
      console.result("\(entry.id) \(entry.when) \(lines.first ?? "")\n")
      for line in lines.dropFirst() { console.result("    \(line)\n") }
    }
    return .fine
  }
}

struct LedgerShowCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "What is recorded; digests, never a value.")
  @OptionGroup var global: GlobalOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let (ledger, session) = try ledger(console)
    let contents = try await session.mappingStoreErrors { () throws(StoreError) in
      try ledger.read().contents
    }
    if let run = contents.state.run {
      console.result("under way: \(run.holder.who), since \(run.holder.since)\n")
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
