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
    case unknownKey(String, number: Int)
    /// The value of a key, or of a field, is not what it must be.
    case notText(String, number: Int)
  }

  package init(_ data: ImportedData, for format: ForeignFormat) throws(Fault) {
    guard case .list(let items)? = data["connections"], !items.isEmpty else {
      throw .noConnections
    }
    var entries: [Entry] = []
    for (index, item) in items.enumerated() {
      entries.append(try Self.entry(item, number: index + 1, format))
    }
    self.entries = entries
  }

  private static func entry(
    _ item: ImportedData, number: Int, _ format: ForeignFormat
  ) throws(Fault) -> Entry {
    guard let name = item["name"]?.text, let app = item["app"]?.text,
      case .mapping(let members)? = item["fields"]
    else { throw .incomplete(number: number) }
    for member in item.members where !keys.contains(member.key) {
      throw .unknownKey(member.key, number: number)
    }
    if let type = item["type"], type != .null, type.text == nil {
      throw .notText("type", number: number)
    }
    if let scopes = item["scopes"], scopes != .null, scopes.scopes == nil {
      throw .notText("scopes", number: number)
    }
    var fields: [String: String] = [:]
    for member in members {
      guard let path = member.value.text else { throw .notText(member.key, number: number) }
      fields[member.key] = format.path(path)
    }
    return Entry(
      name: name, app: app, type: item["type"]?.text, scopes: item["scopes"]?.scopes,
      fields: fields)
  }

  private static let keys: Set = ["name", "app", "type", "scopes", "fields"]

  /// The connections, each from all files together.
  ///
  /// - Returns: also the paths that no file has.
  package func connections(
    in sources: [(file: String, data: ImportedData)]
  ) -> (found: [ForeignConnection], unread: [UnreadPart]) {
    let index = ImportIndex(sources)
    var unread: [UnreadPart] = []
    let found = entries.map { entry in
      var fields: [String: String] = [:]
      var left: [String] = []
      var files = ImportFiles()
      for (field, path) in entry.fields.sorted(by: { $0.key < $1.key }) {
        let texts = index.texts(at: path)
        for (file, _) in texts { files.add(file) }
        if let text = texts.first?.text {
          // Which of several is meant, nothing says.
          if texts.allSatisfy({ ExactText($0.text) == ExactText(text) }) {
            fields[field] = text
          } else {
            left.append("`\(field)`, for which the source has several values at `\(path)`")
          }
        } else {
          unread.append(
            UnreadPart(
              "`\(path)` for `\(field)` of `\(entry.name)`",
              "the source has no text at this path"))
        }
      }
      return ForeignConnection(
        name: entry.name, app: entry.app, type: entry.type, fields: fields, scopes: entry.scopes,
        origin: files.isEmpty ? sources.first?.file ?? "" : files.description, left: left)
    }
    return (found, unread)
  }
}
