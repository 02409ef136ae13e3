import Diagnostics
import Encodings
import Model

extension Export {
  /// One file of HCL: a variable for each secret, a resource for each connection, and an `import` block
  /// (Terraform 1.5) for each that the store has. It is laid out as `terraform fmt` does it.
  package static func terraform(_ connections: [ExportedConnection]) -> Export {
    let resources = DistinctNames(
      connections.map { (thing: $0.name, name: identifier($0.name.rawValue)) },
      identity: \.rawValue)
    let variables = DistinctNames(secretsOf: connections) { connection, field in
      "\(resources[connection.name])_\(identifier(field.name.rawValue))"
    }
    var placeholders: [Placeholder] = []
    var blocks: [String] = []
    for connection in connections {
      let resource = resources[connection.name]
      var setup = connection.setupType.map { [("type", hclQuoted($0.rawValue.uppercased()))] } ?? []
      for field in connection.fields where connection.setupType != nil {
        switch field.value {
        case .plain(let value): setup.append((key(field.name), hclQuoted(value.text)))
        case .secret:
          let address = FieldAddress(connection.name, field.name)
          let name = variables[address]
          placeholders.append(Placeholder(name: name, address: address))
          blocks.append("variable \"\(name)\" {\n  type      = string\n  sensitive = true\n}\n")
          setup.append((key(field.name), "var.\(name)"))
        }
      }
      blocks.append(block(connection, resource, setup))
      if let id = connection.id {
        blocks.append(
          "import {\n  to = \(type).\(resource)\n  id = \(hclQuoted(id.rawValue))\n}\n")
      }
    }
    return Export(
      files: [
        File(
          path: "vault-connections.tf",
          text: MachineText(written: blocks.joined(separator: "\n")))
      ], placeholders: placeholders, gaps: [])
  }

  private static let type = "auth0_flow_vault_connection"

  private static func block(
    _ connection: ExportedConnection, _ resource: String, _ setup: [(key: String, value: String)]
  ) -> String {
    var lines = [
      "resource \"\(type)\" \"\(resource)\" {",
      "  app_id = \(hclQuoted(connection.app.rawValue.uppercased()))",
      "  name   = \(hclQuoted(connection.name.rawValue))",
    ]
    if !setup.isEmpty {
      let width = setup.map { $0.key.unicodeScalars.count }.max() ?? 0
      lines.append("  setup = {")
      lines += setup.map { key, value in
        let padding = String(repeating: " ", count: width - key.unicodeScalars.count)
        return "    \(key)\(padding) = \(value)"
      }
      lines.append("  }")
    }
    if connection.preventsDestroy {
      lines += ["", "  lifecycle {", "    prevent_destroy = true", "  }"]
    }
    return lines.joined(separator: "\n") + "\n}\n"
  }

  /// The key of an object: a name, or a quoted text.
  private static func key(_ field: FieldName) -> String {
    identifier(field.rawValue) == field.rawValue ? field.rawValue : hclQuoted(field.rawValue)
  }

  /// Lower case, with `_` for everything but ASCII letters and digits.
  private static func identifier(_ text: String) -> String {
    let name = String(text.lowercased().map { $0.isASCIIAlphanumeric ? $0 : "_" })
    return name.first?.isASCIIDigit ?? true ? "_" + name : name
  }
}
