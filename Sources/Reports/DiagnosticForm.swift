package import Diagnostics

/// A diagnostic for programs.
package struct DiagnosticForm: Encodable, Sendable {
  let code: String
  let severity: String
  let message: String
  let file: String?
  let line: Int?
  let column: Int?
  let notes: [String]
  let help: [String]

  package init(_ diagnostic: Diagnostic) {
    code = diagnostic.code.rawValue
    severity = diagnostic.severity.rawValue
    message = diagnostic.message
    file = diagnostic.location?.file
    line = diagnostic.location?.range?.start.line
    column = diagnostic.location?.range?.start.column
    notes = diagnostic.notes
    help = diagnostic.help
  }
}
