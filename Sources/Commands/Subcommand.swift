import ArgumentParser
import Diagnostics
import GitPlumbing
import OpenPGP
import Reports

/// A command: what it does, without how the process exits.
protocol Subcommand: AsyncParsableCommand {
  var global: GlobalOptions { get }
  var resultForm: ResultForm { get }
  /// Whether everything is done but the writing.
  var isDryRun: Bool { get }
  func carryOut(_ console: Console) async throws -> Outcome
}

extension Subcommand {
  var resultForm: ResultForm { .text }
  var isDryRun: Bool { false }

  func run() async throws {
    let console = global.console.writing(resultForm, isDryRun: isDryRun)
    if self is any WritingSubcommand { console.written(FilesReport([], isDryRun: isDryRun)) }
    let outcome = try await outcome(console)
    console.endDocument()
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
    } catch let error where !error.isForTheParser {
      var failure = Failure(ending: error)
      let openPGP = PGPEngine(GPGSettings(isInteractive: false))
      failure.diagnostics = await failure.diagnostics.namingKeys(openPGP)
      console.reportEnd(failure)
      return failure.outcome
    }
  }
}

extension Failure {
  /// What ends a command, with its own outcome; an error that no code of ours foresaw is an internal one.
  init(ending error: any Error) {
    let isOurs = error is Diagnostic || error is GitError
    self = error as? Failure ?? Failure(error, outcome: isOurs ? .failed : .broken)
  }
}

extension Error {
  /// ArgumentParser's own: exit codes, wrong usage, help.
  fileprivate var isForTheParser: Bool {
    self is ExitCode || self is ValidationError || self is CleanExit
  }
}
