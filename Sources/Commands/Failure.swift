import ArgumentParser
import Diagnostics
import Reports

/// Why a command stops: everything that is to be told, at once.
struct Failure: Error {
  let diagnostics: [Diagnostic]
  var sources: [String: RedactedSource] = [:]
  var outcome = Outcome.failed

  init(_ diagnostics: [Diagnostic], sources: [String: RedactedSource] = [:]) {
    self.diagnostics = diagnostics
    self.sources = sources
  }

  init(_ diagnostic: Diagnostic) { self.init([diagnostic]) }
}

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
    }
  }
}
