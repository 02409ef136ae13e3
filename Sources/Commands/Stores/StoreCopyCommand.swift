import Applying
import ArgumentParser
import Diagnostics
import Ledgers
import Manifests
import Model
import Reports
import Stores

struct StoreCopyCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "copy",
    abstract: "Copy the store to another one and verify the copy; --finish removes the original.",
    discussion: """
      Connections, applied records, versions, grants and tokens are copied, with their IDs and authors; \
      then every value of both stores is opened and compared. The original stays as it is. Change \
      `store:` in vaultctl.yaml to the new store: the next plan is empty. Then remove the original with \
      --from and --finish. Stop what renews tokens (`refresh --watch`) before you copy.

      If it is interrupted, run it again: it continues. Of an Auth0 tenant only the ledger is copied, \
      between git and a file, because a tenant's secrets cannot be read.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(
    help: ArgumentHelp(
      "Copy to this store, in the syntax of `store:` in vaultctl.yaml.", valueName: "store"))
  var to: String?

  @Option(
    help: ArgumentHelp("Copy to this environment's store.", valueName: "name"),
    completion: .environments)
  var toEnv: String?

  @Option(
    help: ArgumentHelp("Copy from this store to the project's.", valueName: "store"))
  var from: String?

  @Flag(help: "Verify the copy again, and remove the original.") var finish = false

  @Flag(help: "Skip the confirmation prompt.") var autoApprove = false

  @Option(
    help: ArgumentHelp("Seconds to wait for a running apply to finish.", valueName: "seconds"))
  var lockTimeout: Int64 = 60

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try NumberLimit.lockTimeout.validate(lockTimeout, of: "--lock-timeout")
    guard [to, toEnv, from].count(where: { $0 != nil }) == 1 else {
      throw ValidationError("give one of --to, --to-env and --from")
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let sides = try StoreCopySides(workspace, to: to, from: from, toEnvironment: toEnv)
    if sides.isOneTenant {
      return try await LedgerCopyRunner(sides, console).run(removes: finish, isApproved)
    }
    let runner = try StoreCopyRunner(sides, console, lockTimeout: lockTimeout)
    return finish
      ? try await runner.finish { isApproved($0, console) } : try await runner.copy()
  }

  /// Asks before something is removed.
  private func isApproved(_ question: TerminalText, _ console: Console) -> Bool {
    if autoApprove || console.confirms(question) { return true }
    console.note("Nothing was removed.")
    return false
  }
}
