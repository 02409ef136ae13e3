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
    abstract: "Renew the tokens that are about to end.",
    discussion: """
      Once, for a timer or a pipeline; or with --watch until SIGTERM. What is due is renewed before \
      it ends: `tokens:` of the project file says how long. Connections that are named are renewed \
      now, due or not. Any number of these may run at once: each token is asked for once.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "These connections, now (default: what is due of all).")
  var names: [String] = []

  @Flag(help: "Go on: renew each token as it comes due.")
  var watch = false

  @Option(help: "Output: text or json.")
  var format: OutputFormat = .text

  /// Seconds after which `--watch` looks for connections that are new.
  private static let longestPause: Int64 = 30

  func validate() throws {
    if watch, !names.isEmpty { throw ValidationError("--watch is for all connections") }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let names = try Set(names.map { try ConnectionName.argument($0) })
    let end = EndSignal(.live)
    let session = try Session(Workspace.load(global), console: console)
    let renewals = try Renewals(session, end: end)
    if watch { return try await watched(renewals, end, console) }
    let results = try await renewals.run(names.isEmpty ? nil : names, console: console)
    report(results, session, console)
    if format == .text, results.isEmpty { console.result("Nothing is due.\n") }
    guard results.contains(where: \.isFailure) else { return .fine }
    return results.contains(where: \.isRenewed) ? .partly : .failed
  }

  private func watched(
    _ renewals: Renewals, _ end: EndSignal, _ console: Console
  ) async throws -> Outcome {
    var reported: [ConnectionName: RenewalOutcome] = [:]
    while !end.isGiven {
      var pause = Self.longestPause * 1000
      do {
        let results = try await renewals.run(nil, console: console)
        // An unchanged outcome is not reported again.
        report(
          results.filter { reported[$0.name] != $0.outcome }, renewals.session, console)
        reported = Dictionary(results.map { ($0.name, $0.outcome) }) { $1 }
        if let due = try await renewals.nextDue() {
          let wait = due.milliseconds - renewals.session.runtime.now().milliseconds
          pause = min(pause, max(wait, 250))
        }
      } catch let failure as Failure {
        // An unavailable store may come back.
        console.report(failure.diagnostics)
        pause = 5000
      }
      await end.sleep(for: .milliseconds(pause))
    }
    return .fine
  }

  private func report(
    _ results: [Renewals.Completed], _ session: Session, _ console: Console
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

extension ConnectionName {
  static func argument(_ text: String) throws -> ConnectionName {
    guard let name = ConnectionName(text) else {
      throw ValidationError("`\(text)` is not a connection's name")
    }
    return name
  }
}

extension Renewals.Completed {
  var row: RenewalRow? {
    switch outcome {
    case .renewed(let record): RenewalRow(name: name, result: .renewed, endsAt: record.endsAt)
    case .adopted(let record): RenewalRow(name: name, result: .adopted, endsAt: record.endsAt)
    case .notDue: nil
    case .waiting: RenewalRow(name: name, result: .waiting, endsAt: nil)
    case .needsAuthorization: RenewalRow(name: name, result: .needsAuthorization, endsAt: nil)
    case .stopped, .failed, .storeFailed, .unsaved:
      RenewalRow(name: name, result: .failed, endsAt: nil)
    }
  }
}

extension TokenRecord {
  fileprivate var endsAt: Timestamp? { tokens?.expiry.time }
}
