/// Which values of a source are which fields: a small YAML file.
///
///     connections:
///       - name: twilio-prod
///         app: twilio
///         type: api_key
///         scopes: [messages:write]
///         fields: {account_id: TWILIO_ACCOUNT, api_key: services.twilio.token}
package struct ConnectionMapping: Sendable {
  package struct Entry: Hashable, Sendable {
    let name: String
    let app: String
    let type: String?
    let scopes: [String]?
    /// Paths in the source, by field.
    let fields: [String: String]
  }

  package let entries: [Entry]

  package enum Fault: Error, Hashable, Sendable {
    case noConnections
    /// - Parameter number: from 1.
    case incomplete(number: Int)
  }

  package init(_ data: ImportedData, for format: ForeignFormat) throws(Fault) {
    guard case .list(let items)? = data["connections"], !items.isEmpty else {
      throw .noConnections
    }
    var entries: [Entry] = []
    for (index, item) in items.enumerated() {
      guard let name = item["name"]?.text, let app = item["app"]?.text,
        case .mapping(let members)? = item["fields"]
      else { throw .incomplete(number: index + 1) }
      entries.append(
        Entry(
          name: name, app: app, type: item["type"]?.text,
          scopes: item["scopes"]?.items.compactMap(\.text),
          fields: Dictionary(
            members.compactMap { member in member.value.text.map { (member.key, format.path($0)) } }
          ) { $1 }))
    }
    self.entries = entries
  }

  /// - Returns: the connections, and the paths that the source does not have.
  package func connections(
    in data: ImportedData, file: String
  ) -> (found: [ForeignConnection], unread: [String]) {
    var unread: [String] = []
    let index = ImportIndex(data)
    let found = entries.map { entry in
      var fields: [String: String] = [:]
      for (field, path) in entry.fields.sorted(by: { $0.key < $1.key }) {
        if let text = index.text(at: path) {
          fields[field] = text
        } else {
          unread.append("`\(path)` for `\(field)` of `\(entry.name)`")
        }
      }
      return ForeignConnection(
        name: entry.name, app: entry.app, type: entry.type, fields: fields, scopes: entry.scopes,
        origin: file)
    }
    return (found, unread)
  }
}
