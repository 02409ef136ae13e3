import Diagnostics
import Ledgers
import Manifests
import Model
import Reports
import Stores

/// Copies the ledger of a tenant to another place.
struct LedgerCopyRunner {
  private typealias Opened = (ledger: any Ledger, authentication: LedgerAuthentication)

  private let source: Session
  private let target: Session
  private let sides: StoreCopySides
  private let console: Console

  init(_ sides: StoreCopySides, _ console: Console) throws {
    self.sides = sides
    self.console = console
    source = try SessionFactory(console: console)
      .session(for: sides.source.workspace, with: sides.source.settings)
    target = try SessionFactory(console: console, reportsUntrusted: false)
      .session(for: sides.target.workspace, with: sides.target.settings)
  }

  /// - Parameter removes: the records are removed where they were, if the user approves.
  func run(
    removes: Bool, _ isApproved: (TerminalText, Console) -> Bool
  ) async throws -> Outcome {
    let from = try opened(source, sides.source.settings)
    let to = try opened(target, sides.target.settings)
    let names = [sides.source, sides.target].map { ($0.settings.ledger ?? .git()).summary }
    if removes {
      guard isApproved("Remove all records from the ledger in \(names[0])?", console) else {
        return .failed
      }
      let count = try await source.mappingStoreErrors { () async throws(StoreError) in
        try await from.ledger.removeRecords(
          copiedTo: to.ledger, verifiedWith: from.authentication, and: to.authentication,
          by: source.provenance())
      }
      console.result(
        ActionReport(["store": .text(names[0]), "removed": .number(count)]).json)
      console.result("Removed \(counted(count, "record")) from the ledger in \(names[0])\n")
      return .applied
    }
    let (count, isUnchanged) = try await source.mappingStoreErrors {
      () async throws(StoreError) in
      try await from.ledger.copy(
        to: to.ledger, verifiedWith: from.authentication, provenWith: to.authentication,
        by: source.provenance())
    }
    console.result(
      ActionReport([
        "store": .text(names[0]), "to": .text(names[1]),
        "copied": .number(isUnchanged ? 0 : count), "records": .number(count),
      ]).json)
    console.result(
      isUnchanged
        ? "The ledger in \(names[1]) already has \(counted(count, "record"))\n"
        : "Copied \(counted(count, "record")) from the ledger in \(names[0]) to \(names[1])\n")
    console.note("Set `ledger:` to it, and see that nothing changes: vaultctl plan")
    return .applied
  }

  private func opened(_ session: Session, _ settings: StoreSettings) throws -> Opened {
    guard let (ledger, authentication) = try session.stores.ledger(of: settings),
      let authentication
    else { preconditionFailure("a tenant's records are in a ledger, and a session has an owner") }
    return (ledger, authentication)
  }
}
