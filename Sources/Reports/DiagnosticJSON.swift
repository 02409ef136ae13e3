package import Diagnostics

/// Diagnostics for programs.
package enum DiagnosticJSON {
  package static func text(_ diagnostics: [Diagnostic]) -> MachineText {
    json(["diagnostics": diagnostics.map(DiagnosticForm.init)])
  }
}

struct DiagnosticForm: Encodable {
  let code: String
  let severity: String
  let message: String
  let file: String?
  let line: Int?
  let column: Int?
  let notes: [String]
  let help: [String]

  init(_ diagnostic: Diagnostic) {
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
