package import Diagnostics

extension Diagnostic {
  package var asWarning: Diagnostic { with(.warning) }
  var asInfo: Diagnostic { with(.info) }
  package var asError: Diagnostic { with(.error) }

  private func with(_ severity: Severity) -> Diagnostic {
    Diagnostic(
      code, message, severity: severity, at: location, label: label, notes: notes, help: help)
  }
}
