package import Diagnostics
package import Model

/// One message of a long-running command, as a line of JSON.
package struct LogLine: Encodable {
  private let time: String
  private let level: String
  private let code: String?
  private let message: String
  private let file: String?
  private let line: Int?
  private let connection: String?
  private let notes: [String]?
  private let help: [String]?

  package init(at time: Timestamp, level: String, message: String) {
    self.time = time.description
    self.level = level
    self.message = message
    (code, file, line, connection, notes, help) = (nil, nil, nil, nil, nil, nil)
  }

  package init(at time: Timestamp, _ diagnostic: Diagnostic) {
    self.time = time.description
    level = diagnostic.severity.rawValue
    code = diagnostic.code.rawValue
    message = diagnostic.message
    file = diagnostic.location?.file
    line = diagnostic.location?.range?.start.line
    connection =
      if case .connection(let name, _) = diagnostic.location { name } else { nil }
    notes = diagnostic.notes.isEmpty ? nil : diagnostic.notes
    help = diagnostic.help.isEmpty ? nil : diagnostic.help
  }

  /// With a line break at its end.
  package var text: MachineText { jsonLine(self) }
}
