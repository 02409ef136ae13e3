import ArgumentParser
import Diagnostics
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
    } catch let error where !error.isForTheParser {
      let isOurs = error is Diagnostic || error is GitError
      let failure = Failure(error, outcome: isOurs ? .failed : .broken)
      console.report(failure.diagnostics)
      return failure.outcome
    }
  }
}

extension Error {
  /// ArgumentParser's own: exit codes, wrong usage, help.
  fileprivate var isForTheParser: Bool {
    self is ExitCode || self is ValidationError || self is CleanExit
  }
}
