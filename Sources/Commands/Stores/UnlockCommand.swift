import Applying
import ArgumentParser
import Diagnostics
import Model
import Pacing
import Reports
import Stores

struct UnlockCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock",
    abstract: "Release the lock of an apply that no longer runs.",
    discussion: """
      Shows who holds the store's lock and since when, and asks for confirmation. You rarely need it: \
      the next apply takes over the lock of a process that ended on this machine or was silent for 60 \
      seconds. A process whose lock is released stops before its next change.
      """)

  @OptionGroup var global: GlobalOptions

  @Flag(name: [.customLong("yes"), .customLong("force")], help: "Skip the confirmation prompt.")
  var isPreapproved = false

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let lock = session.lock { false }
    let store = session.store.description.description
    guard let holder = try await lock.current() else {
      console.result(ActionReport(["store": .text(store), "released": .flag(false)]).json)
      console.result("No running process holds the lock of \(session.store.description).\n")
      return .fine
    }
    let now = session.runtime.now()
    let silence = now.seconds(since: holder.lastSeen)
    console.present(
      """
      \(holder.who) (process \(String(holder.processID)) on \(holder.host)) has held the lock of \
      \(session.store.description) since \(holder.since)\(holder.age(at: now)).
      Its last sign of life was at \(holder.lastSeen)\
      \(silence < 0 ? "" : ", \(silence) seconds ago").

      """)
    guard
      isPreapproved
        || console.confirms("Release it? If that process still runs, its apply stops.")
    else {
      console.note("The lock was not released.")
      return .failed
    }
    guard try await lock.release(from: holder) else {
      throw Failure(.lockIsAlive(holder, session))
    }
    console.result(
      ActionReport([
        "store": .text(store), "released": .flag(true), "holder": .text(holder.who),
      ]).json)
    console.result("Released the lock of \(session.store.description).\n")
    return .applied
  }
}

extension Diagnostic {
  fileprivate static func lockIsAlive(_ holder: LockHolder, _ session: Session) -> Diagnostic {
    Diagnostic(
      .storeLocked, "the lock of \(session.store.description) was not released",
      notes: ["\(holder.who) (process \(holder.processID)) is running, or another apply began"],
      help: ["end that process, then: vaultctl unlock"])
  }
}
