package import Diagnostics

/// Diagnostics for GitLab's merge requests: the part of Code Climate's form that GitLab reads.
package enum CodeQuality {
  package static func text(
    _ diagnostics: [Diagnostic], folder: String, projectFile: String
  ) -> MachineText {
    var fingerprints = Fingerprints()
    return json(
      diagnostics.map { diagnostic in
        Entry(
          description: TerminalText(diagnostic.message).renderedWithinLine,
          check_name: diagnostic.code.rawValue,
          fingerprint: fingerprints.next(diagnostic), severity: diagnostic.severity.inGitLab,
          location: Location(
            path: folder + (diagnostic.location?.file ?? projectFile),
            lines: Lines(begin: diagnostic.location?.range?.start.line ?? 1)))
      })
  }

  private struct Entry: Encodable {
    let description: String
    let check_name: String
    let fingerprint: String
    let severity: String
    let location: Location
  }

  private struct Location: Encodable {
    let path: String
    let lines: Lines
  }

  private struct Lines: Encodable { let begin: Int }
}

extension Severity {
  fileprivate var inGitLab: String {
    switch self {
    case .error: "critical"
    case .warning: "minor"
    case .info: "info"
    }
  }
}
