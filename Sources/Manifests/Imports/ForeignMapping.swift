/// Which values of a source are which fields of which connections.
package enum ForeignMapping: Sendable {
  /// A file that names them.
  case file(ConnectionMapping)
  /// Paths with a `*` for the connection's name.
  case wildcards([WildcardMapping])

  /// - Parameter sources: all files; data of several documents is a list.
  package func connections(
    in sources: [(file: String, data: ImportedData)]
  ) -> (found: [ForeignConnection], unread: [UnreadPart]) {
    switch self {
    case .file(let mapping): mapping.connections(in: sources)
    case .wildcards(let mappings): WildcardMapping.connections(mappings, in: sources)
    }
  }
}
