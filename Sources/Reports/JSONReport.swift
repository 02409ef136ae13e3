package import Diagnostics

/// What a command reports, for programs: a JSON document of its own members (in snake case), the version
/// of this convention, and the diagnostics of the run.
package struct JSONReport: Sendable {
  /// Of all reports. A minor version adds members; a major one may change them.
  package static let formatVersion = "2.0"

  private let members: (any Encodable & Sendable)?

  init(_ members: some Encodable & Sendable) { self.members = members }

  private init() { members = nil }

  /// Has no members of its own: the report of a run that failed before it had any.
  package static var empty: JSONReport { JSONReport() }

  /// A document, its keys sorted.
  package func text(_ diagnostics: [Diagnostic]) -> MachineText { json(form(diagnostics)) }

  /// A document on a line of its own.
  package func line(_ diagnostics: [Diagnostic]) -> MachineText { jsonLine(form(diagnostics)) }

  /// A line of a stream, which has no diagnostics.
  package var line: MachineText { jsonLine(Form(members: members, diagnostics: nil)) }

  private func form(_ diagnostics: [Diagnostic]) -> Form {
    Form(members: members, diagnostics: diagnostics.map(DiagnosticForm.init))
  }

  private struct Form: Encodable {
    private enum Key: String, CodingKey {
      case formatVersion = "format_version"
      case diagnostics
    }

    let members: (any Encodable & Sendable)?
    let diagnostics: [DiagnosticForm]?

    func encode(to encoder: any Encoder) throws {
      try members?.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(JSONReport.formatVersion, forKey: .formatVersion)
      try container.encodeIfPresent(diagnostics, forKey: .diagnostics)
    }
  }
}
