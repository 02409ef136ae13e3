package import Diagnostics

/// Why a command stops: all diagnostics at once.
package struct Failure: Error {
  package let diagnostics: [Diagnostic]
  package var sources: [String: RedactedSource] = [:]
  package var outcome = Outcome.failed

  package init(_ diagnostics: [Diagnostic], sources: [String: RedactedSource] = [:]) {
    self.diagnostics = diagnostics
    self.sources = sources
  }

  package init(_ diagnostic: Diagnostic) { self.init([diagnostic]) }
}
