/// A flow in another tool's export, with the connections that it names.
package struct ForeignFlow: Hashable, Sendable {
  package let name: String
  /// By name or id.
  package let connections: Set<String>

  /// - Parameter origin: its name, if it has none.
  package init(_ data: ImportedData, origin: String) {
    name = data["name"]?.text ?? origin
    var found: Set<String> = []
    Self.collect(data, &found)
    connections = found
  }

  private static func collect(_ data: ImportedData, _ found: inout Set<String>) {
    for member in data.members {
      if member.key == "connection_id", let text = member.value.text, !text.isEmpty {
        found.insert(text)
      } else {
        collect(member.value, &found)
      }
    }
    for item in data.items { collect(item, &found) }
  }
}
