import Diagnostics

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
