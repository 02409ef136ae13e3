package import Diagnostics

extension Diagnostic {
  package var asWarning: Diagnostic {
    Diagnostic(
      code, message, severity: .warning, at: location, label: label, notes: notes, help: help)
  }
}
