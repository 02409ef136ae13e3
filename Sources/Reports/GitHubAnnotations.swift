package import Diagnostics

/// Diagnostics as GitHub Actions' workflow commands, which show them at their lines.
package enum GitHubAnnotations {
  /// - Parameter folder: the project's folder within its repository, with a `/` at its end; or empty.
  package static func text(_ diagnostics: [Diagnostic], folder: String) -> MachineText {
    MachineText(written: diagnostics.map { line($0, folder: folder) + "\n" }.joined())
  }

  private static func line(_ diagnostic: Diagnostic, folder: String) -> String {
    let command =
      switch diagnostic.severity {
      case .error: "error"
      case .warning: "warning"
      case .info: "notice"
      }
    var properties: [(String, String)] = []
    if let file = diagnostic.location?.file { properties.append(("file", folder + file)) }
    if let range = diagnostic.location?.range {
      properties.append(("line", "\(range.start.line)"))
      properties.append(("col", "\(range.start.column)"))
    }
    properties.append(("title", diagnostic.code.rawValue))
    let parts = properties.map { "\($0)=\(escaped($1, isProperty: true))" }
    let text = diagnostic.lines.map { escaped($0, isProperty: false) }.joined(separator: "%0A")
    return "::\(command) \(parts.joined(separator: ","))::\(text)"
  }

  /// As the runner takes it back (`_escapePropertyMappings` and `_escapeDataMappings` of
  /// `ActionCommand.cs`).
  private static func escaped(_ line: String, isProperty: Bool) -> String {
    TerminalText(line).renderedWithinLine.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "%": escaped += "%25"
      case "\r": escaped += "%0D"
      case "\n": escaped += "%0A"
      case ":" where isProperty: escaped += "%3A"
      case "," where isProperty: escaped += "%2C"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
  }
}
