import ArgumentParser
import Diagnostics
import Foundation
import GitPlumbing

/// A command of ours: what it does, without how it ends.
protocol Subcommand: AsyncParsableCommand {
  var global: GlobalOptions { get }
  func carryOut(_ console: Console) async throws -> Outcome
}

extension Subcommand {
  func run() async throws {
    let console = global.console
    do {
      let outcome = try await carryOut(console)
      if outcome != .fine { throw outcome.exitCode }
    } catch let failure as Failure {
      console.report(failure.diagnostics, sources: failure.sources)
      throw failure.outcome.exitCode
    } catch let diagnostic as Diagnostic {
      console.report([diagnostic])
      throw Outcome.failed.exitCode
    } catch let error as GitError {
      console.report([Diagnostic(error)])
      throw Outcome.failed.exitCode
    } catch let error where !error.isForTheParser {
      console.report([.internalFault(error)])
      throw Outcome.broken.exitCode
    }
  }
}

extension Error {
  /// ArgumentParser's own: exit codes, wrong usage, help.
  fileprivate var isForTheParser: Bool {
    self is ExitCode || self is ValidationError || self is CleanExit
  }
}

extension Diagnostic {
  /// Only the system's errors are quoted: they speak of files, never of values.
  fileprivate static func internalFault(_ error: any Error) -> Diagnostic {
    let words = (error as? CocoaError)?.localizedDescription
    return Diagnostic(
      .internalFault, "vaultctl met an error that it does not know",
      notes: [words ?? "it is a \(String(reflecting: type(of: error)))"],
      help: ["report it with the command that was run"])
  }
}
