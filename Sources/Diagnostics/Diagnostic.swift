/// One message for the user: what, where, why, and how to fix it.
///
/// `message` is a headline that is clear on its own: lower case, no full stop, names in backticks.
/// `label` is shown under the caret. `notes` explain; only `help` proposes, in words that can be
/// pasted. None of the texts may hold a secret's value.
package struct Diagnostic: Hashable, Sendable, Codable, Error {
  package let code: DiagnosticCode
  package let severity: Severity
  package let message: String
  package let location: Location?
  package let label: String?
  package let notes: [String]
  package let help: [String]

  package init(
    _ code: DiagnosticCode, _ message: String, severity: Severity = .error,
    at location: Location? = nil, label: String? = nil, notes: [String] = [], help: [String] = []
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.location = location
    self.label = label
    self.notes = notes
    self.help = help
  }
}

extension Diagnostic {
  /// By file, then by location in it; what has no file comes last; at equal locations, by code.
  package static func inReadingOrder(_ left: Diagnostic, _ right: Diagnostic) -> Bool {
    left.sortKey < right.sortKey
  }

  private var sortKey: (Int, String, Int, String, String) {
    (
      location?.file == nil ? 1 : 0, location?.file ?? "", location?.range?.start.offset ?? -1,
      code.rawValue, message
    )
  }
}

extension Sequence where Element == Diagnostic {
  package var hasErrors: Bool { contains { $0.severity == .error } }
}
