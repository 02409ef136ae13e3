/// Which values of a source are which fields of which connections.
package enum ForeignMapping: Sendable {
  /// A file that names them.
  case file(ConnectionMapping)
  /// Paths with a `*` for the connection's name.
  case wildcards([WildcardMapping])

  /// - Parameter data: of several documents, a list.
  package func connections(
    in data: ImportedData, file: String
  ) -> (found: [ForeignConnection], unread: [String]) {
    switch self {
    case .file(let mapping): mapping.connections(in: data, file: file)
    case .wildcards(let mappings):
      WildcardMapping.connections(mappings, in: data, file: file)
    }
  }
}
