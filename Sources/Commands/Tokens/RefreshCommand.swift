import ArgumentParser
import Diagnostics
import Foundation
import Model
import Pacing
import Renewing
import Reports
import Stores

struct RefreshCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "refresh",
    abstract: "Renew tokens that are about to expire.",
    discussion: """
      Runs once, for a timer or a pipeline, or with --watch until SIGTERM. Tokens are renewed before \
      they expire; `tokens:` in the project file sets how long before. Connections given by name are \
      renewed now, due or not. Any number of processes can run at once: each token is requested once.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "Connections to renew now (default: all that are due).")
  var names: [String] = []

  @Flag(help: "Keep running and renew tokens as they come due.")
  var watch = false

  @Option(help: "Output format: text or json.")
  var format: OutputFormat = .text

  /// Seconds after which `--watch` looks for connections that are new.
  private static let longestPause: Int64 = 30

  func validate() throws {
    if watch, !names.isEmpty {
      throw ValidationError("--watch cannot be used with connection names")
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let names = try Set(names.map { try ConnectionName(argument: $0) })
    let termination = TerminationSignal(.live)
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let tokenRenewer = try TokenRenewer(session, termination: termination)
    if watch { return try await keepRenewing(tokenRenewer, termination, console) }
    let results = try await tokenRenewer.run(names.isEmpty ? nil : names, console: console)
    report(results, session, console)
    if format == .text, results.isEmpty { console.result("Nothing is due.\n") }
    guard results.contains(where: \.isFailure) else { return .fine }
    return results.contains(where: \.isRenewed) ? .partly : .failed
  }

  private func keepRenewing(
    _ tokenRenewer: TokenRenewer, _ termination: TerminationSignal, _ console: Console
  ) async throws -> Outcome {
    var reported: [ConnectionName: RenewalOutcome] = [:]
    while !termination.isReceived {
      var pause = Self.longestPause * 1000
      do {
        let results = try await tokenRenewer.run(nil, console: console)
        // Reports only what changed since the last time.
        report(
          results.filter { reported[$0.name] != $0.outcome }, tokenRenewer.session, console)
        reported = Dictionary(results.map { ($0.name, $0.outcome) }) { $1 }
        if let due = try await tokenRenewer.nextDue() {
          let wait = due.milliseconds - tokenRenewer.session.runtime.now().milliseconds
          pause = min(pause, max(wait, 250))
        }
      } catch let failure as Failure {
        // An unavailable store may come back.
        console.report(failure.diagnostics)
        pause = 5000
      }
      await termination.sleep(for: .milliseconds(pause))
    }
    return .fine
  }

  private func report(
    _ results: [CompletedRenewal], _ session: Session, _ console: Console
  ) {
    let rows = results.compactMap { $0.row }
    let text = RenewalText(palette: console.palette)
    switch format {
    case .text: console.result(text.text(rows))
    case .json: console.result(text.json(rows))
    }
    console.report(results.compactMap { $0.diagnostic(in: session.store.description) })
  }
}
