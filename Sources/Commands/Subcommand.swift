import ArgumentParser
import Diagnostics
import Foundation
import GitPlumbing

/// A command: what it does, without how the process exits.
protocol Subcommand: AsyncParsableCommand {
  var global: GlobalOptions { get }
  func carryOut(_ console: Console) async throws -> Outcome
}

extension Subcommand {
  func run() async throws {
    let console = global.console
    let outcome = try await outcome(console)
    if let lost = console.lostOutput() {
      console.report([lost])
      throw outcome.withoutItsOutput.exitCode
    }
    if !outcome.exitCode.isSuccess { throw outcome.exitCode }
  }

  /// Errors are reported here.
  private func outcome(_ console: Console) async throws -> Outcome {
    do {
      return try await carryOut(console)
    } catch let failure as Failure {
      console.report(failure.diagnostics, sources: failure.sources)
      return failure.outcome
    } catch let diagnostic as Diagnostic {
      console.report([diagnostic])
      return .failed
    } catch let error as GitError {
      console.report([Diagnostic(error)])
      return .failed
    } catch let error where !error.isForTheParser {
      console.report([.internalFault(error)])
      return .broken
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
      .internalFault, "internal error",
      notes: [words ?? "unexpected error of type \(String(reflecting: type(of: error)))"],
      help: ["please report it, with the command that you ran"])
  }
}
