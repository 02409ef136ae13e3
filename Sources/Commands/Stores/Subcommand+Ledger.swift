import Diagnostics
import Ledgers
import Manifests
import Stores

extension Subcommand {
  /// The ledger of the chosen environment's store.
  func ledger(
    _ console: Console
  ) throws -> (ledger: any Ledger, session: Session) {
    let workspace = try Workspace.load(global)
    let session = try SessionFactory(console: console).session(for: workspace)
    guard let settings = workspace.project.storeSettings(of: workspace.environment),
      let ledger = try session.stores.ledger(of: settings)
    else {
      throw Failure(
        Diagnostic(
          .ledgerFailed, "\(session.store.description) has no ledger",
          notes: ["it keeps its applied records itself"],
          help: ["to keep a copy in git, add `ledger: git` to `store:`"]))
    }
    return (ledger, session)
  }
}
