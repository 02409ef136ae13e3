import ArgumentParser
import Diagnostics
import Model
import Reports
import Stores

struct StoreAcceptCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Accept the embedded store's current contents as applied.",
    discussion: """
      For a store whose file was changed outside vaultctl, by a person that you know, and of which there \
      is no backup. `vaultctl store verify` names what was changed; look at it first. What belongs to no \
      connection is removed. Needs the store's key.
      """)

  @OptionGroup var global: GlobalOptions
  @Flag(help: "Skip the confirmation prompt.") var autoApprove = false

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let store = session.store.description
    guard let authentication = session.store.authentication else {
      throw Failure(.withoutCodes(store))
    }
    let orphans = try await StoreVerifier.orphans(session)
    let changed = try await StoreVerifier.contentFaults(session)
    if changed == nil, orphans.isEmpty { throw Failure(.withoutCodes(store)) }
    let faults = (changed ?? []) + orphans
    if faults.isEmpty {
      console.result(report(store, isAccepted: false))
      console.result("Nothing in \(store.description) was changed outside vaultctl\n")
      return .fine
    }
    console.report(faults.map(\.asWarning))
    guard autoApprove || console.confirms("Accept all of this?") else {
      console.note("Nothing was changed.")
      return .failed
    }
    try await session.underLock(waitingAtMost: 60, console) { _ in
      try await session.mappingStoreErrors { () async throws(StoreError) in
        try await authentication.accept()
      }
    }
    console.result(report(store, isAccepted: true))
    console.result("Accepted the current contents of \(store.description)\n")
    return .applied
  }

  private func report(_ store: StoreDescription, isAccepted: Bool) -> JSONReport {
    ActionReport(["store": .text(store.description), "accepted": .flag(isAccepted)]).json
  }
}

extension Diagnostic {
  fileprivate static func withoutCodes(_ store: StoreDescription) -> Diagnostic {
    Diagnostic(
      .storeRefused, "\(store) has no authentication codes",
      notes: ["only the embedded store has them, once it has a secret"],
      help: ["they are written by the next apply that has the store's key: vaultctl apply"])
  }
}
