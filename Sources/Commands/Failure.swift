package import Diagnostics
import Foundation
import GitPlumbing

/// Why a command stops: all diagnostics at once.
package struct Failure: Error {
  package var diagnostics: [Diagnostic]
  package var sources: [String: RedactedSource] = [:]
  package var outcome = Outcome.failed

  package init(_ diagnostics: [Diagnostic], sources: [String: RedactedSource] = [:]) {
    self.diagnostics = diagnostics
    self.sources = sources
  }

  package init(_ diagnostic: Diagnostic) { self.init([diagnostic]) }

  /// Another error as a failure that ends the command in this way.
  package init(_ error: any Error, outcome: Outcome) {
    switch error {
    case let failure as Failure: self = failure
    case let diagnostic as Diagnostic: self.init(diagnostic)
    case let error as GitError: self.init(Diagnostic(error))
    default: self.init(.internalFault(error))
    }
    self.outcome = outcome
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
