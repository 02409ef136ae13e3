package import Model

extension Export {
  /// A directory of auth0-deploy-cli: one JSON file for each connection. Secrets are keywords in the form that
  /// deploy-cli replaces with the value as JSON, `"@@KEY@@"`; it would paste that of `##KEY##` unescaped.
  ///
  /// - Parameter fileNames: names that every file system accepts, without an extension.
  package static func deployCLI(
    _ connections: [ExportedConnection], fileNames: [ConnectionName: String]
  ) -> Export {
    let keywords = DistinctNames(secretsOf: connections) {
      VariableName.of("\($0.name)_\($1.name)")
    }
    var paths = UniqueNames(separator: "-")
    var placeholders: [Placeholder] = []
    let files = connections.map { connection in
      var lines = [
        "  \(quoted("name")): \(literal(connection.name.rawValue))",
        "  \(quoted("app_id")): \(literal(connection.app.rawValue.uppercased()))",
      ]
      if let type = connection.setupType {
        var fields = ["    \(quoted("type")): \(literal(type.rawValue.uppercased()))"]
        for field in connection.fields {
          let value: String
          switch field.value {
          case .plain(let plain): value = setupValue(plain)
          case .secret:
            let address = FieldAddress(connection.name, field.name)
            placeholders.append(Placeholder(name: keywords[address], address: address))
            value = quoted("@@\(keywords[address])@@")
          }
          fields.append("    \(literal(field.name.rawValue)): \(value)")
        }
        lines.append("  \"setup\": {\n" + fields.joined(separator: ",\n") + "\n  }")
      }
      return File(
        path: "flow-vault-connections/\(paths.name(for: fileNames[connection.name] ?? "")).json",
        text: MachineText(json: "{\n" + lines.joined(separator: ",\n") + "\n}\n"))
    }
    return Export(files: files, placeholders: placeholders, gaps: [])
  }

  private static func setupValue(_ value: PlainValue) -> String {
    switch value {
    case .string(let text): literal(text)
    case .number(let digits): digits
    case .boolean(let value): "\(value)"
    }
  }

  /// A text in which deploy-cli finds no keyword: it would replace `@@KEY@@` with another connection's secret.
  /// `MachineText` does the same for `##KEY##`.
  private static func literal(_ text: String) -> String {
    var written = String.UnicodeScalarView()
    for scalar in quoted(text).unicodeScalars {
      if scalar == "@", written.last == "@" {
        written.append(contentsOf: "\\u0040".unicodeScalars)
      } else {
        written.append(scalar)
      }
    }
    return String(written)
  }
}
