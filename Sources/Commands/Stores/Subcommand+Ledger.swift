import Diagnostics
import Ledgers
import Manifests
import Stores

extension Subcommand {
  /// The ledger of the chosen environment's store.
  func ledger(
    _ console: Console
  ) throws -> (ledger: any Ledger, authentication: LedgerAuthentication, session: Session) {
    let workspace = try Workspace.load(global)
    let session = try SessionFactory(console: console).session(for: workspace)
    guard let settings = workspace.project.storeSettings(of: workspace.environment),
      let (ledger, authentication) = try session.stores.ledger(of: settings), let authentication
    else {
      throw Failure(
        Diagnostic(
          .ledgerFailed, "\(session.store.description) has no ledger",
          notes: ["it keeps its applied records itself"],
          help: ["to keep a copy in git, add `ledger: git` to `store:`"]))
    }
    return (ledger, authentication, session)
  }
}
