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
