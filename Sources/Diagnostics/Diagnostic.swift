/// How serious a diagnostic is. Only an error stops a run.
package enum Severity: String, Hashable, Comparable, Sendable, Codable, CaseIterable {
  case error, warning, info

  private var rank: Int {
    switch self {
    case .error: 0
    case .warning: 1
    case .info: 2
    }
  }

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

/// What a diagnostic is about: a stretch of a file, a whole file, or a connection in a store.
package enum Location: Hashable, Sendable, Codable {
  /// `file` is relative to the project's root, with `/` between its parts.
  case source(file: String, range: SourceRange)
  case file(String)
  case connection(String, store: String)

  package var file: String? {
    switch self {
    case .source(let file, _), .file(let file): file
    case .connection: nil
    }
  }

  package var range: SourceRange? {
    switch self {
    case .source(_, let range): range
    case .file, .connection: nil
    }
  }
}

/// One message for the user: what, where, why, and how to fix it.
///
/// `message` is a headline that is clear by itself: lower case, no full stop, names in backticks.
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
