import Encodings
package import Model

extension Export {
  /// A directory of auth0-deploy-cli: one JSON file for each connection. Secrets are keywords in the form that
  /// deploy-cli replaces with the value as JSON, `"@@KEY@@"`; it would paste that of `##KEY##` unescaped.
  ///
  /// - Parameter fileNames: names that every file system accepts, without an extension.
  package static func deployCLI(
    _ connections: [ExportedConnection], fileNames: [ConnectionName: String]
  ) -> Export {
    var names = UniqueNames()
    var paths = UniqueNames(separator: "-")
    var placeholders: [Placeholder] = []
    let files = connections.map { connection in
      var lines = [
        "  \(quoted("name")): \(quoted(connection.name.rawValue))",
        "  \(quoted("app_id")): \(quoted(connection.app.rawValue.uppercased()))",
      ]
      if let type = connection.setupType {
        var fields = ["    \(quoted("type")): \(quoted(type.rawValue.uppercased()))"]
        for field in connection.fields {
          let value: String
          switch field.value {
          case .plain(.string(let text)): value = quoted(text)
          case .plain(let literal): value = literal.text
          case .secret:
            let name = names.name(for: VariableName.of("\(connection.name)_\(field.name)"))
            placeholders.append(
              Placeholder(name: name, address: FieldAddress(connection.name, field.name)))
            value = quoted("@@\(name)@@")
          }
          fields.append("    \(quoted(field.name.rawValue)): \(value)")
        }
        lines.append("  \"setup\": {\n" + fields.joined(separator: ",\n") + "\n  }")
      }
      return File(
        path: "flow-vault-connections/\(paths.name(for: fileNames[connection.name] ?? "")).json",
        text: MachineText(json: "{\n" + lines.joined(separator: ",\n") + "\n}\n"))
    }
    return Export(files: files, placeholders: placeholders, gaps: [])
  }
}
