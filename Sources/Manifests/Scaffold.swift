import Diagnostics
import Encodings
package import Model
import SourceYAML

/// The texts of new files.
package enum Scaffold {
  package static func project(
    name: String, id: ProjectID, recipients: [(fingerprint: String, userID: String)]
  ) -> String {
    let keys = recipients.map { recipient in
      let comment = recipient.userID.isEmpty ? "" : "  # \(recipient.userID)"
      return "      - \(recipient.fingerprint)\(comment)\n"
    }.joined()
    return """
      # yaml-language-server: $schema=schemas/project.schema.json
      apiVersion: \(apiVersion)
      kind: Project
      name: \(name)
      id: \(id)

      # Files and folders that declare connections.
      manifests: [connections]

      # Keys that can decrypt secrets, by file; the first matching path applies.
      recipients:
        - path: "**"
          keys:
      \(keys)
      store:
        type: sqlite
        path: .vaultctl/vault.db

      # Findings that fail a plan: empty, drift, conflict, scope-drift, undecided, …
      policy:
        failOn: []

      """
  }

  /// - Parameter shape: `nil`: an empty connection.
  package static func connection(name: ConnectionName, app: App, shape: SetupShape?) -> String {
    var text = """
      # yaml-language-server: $schema=../schemas/connection.schema.json
      apiVersion: \(apiVersion)
      kind: Connection
      metadata:
        name: \(yamlScalar(name.rawValue))
      spec:
        app: \(app.id)

      """
    guard let shape else {
      return text + "  # Empty: created now, flagged until its credentials are added.\n  setup:\n"
    }
    text += "  setup:\n    type: \(shape.type)\n"
    for field in shape.fields {
      let words = [field.isRequired ? "required" : "optional"] + (field.isSecret ? ["secret"] : [])
      text += "    \(field.name):  # \(words.joined(separator: ", "))\(hint(field, name))\n"
    }
    return text
  }

  /// An environment's document that overlays the base's of this name, still empty.
  package static func overlay(name: ConnectionName) -> String {
    """
    apiVersion: \(apiVersion)
    kind: Connection
    metadata:
      name: \(yamlScalar(name.rawValue))
    spec:
      setup:

    """
  }

  /// A file name that every file system accepts.
  package static func fileName(for name: ConnectionName) -> String {
    let text = name.rawValue.lowercased().unicodeScalars.map { scalar -> Character in
      scalar.isASCIIAlphanumeric || "-_.".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
    }
    return String(text).hasPrefix(".") ? "connection" + String(text) : String(text)
  }

  package static func projectName(from text: String) -> String {
    let letters = text.lowercased().filter { $0.isASCIIAlphanumeric || "-_.".contains($0) }
    let name = String(letters.drop { !$0.isLetter && !$0.isNumber }.prefix(100))
    return name.isEmpty ? "connections" : name
  }

  private static func hint(_ field: FieldShape, _ name: ConnectionName) -> String {
    if !field.constraint.oneOf.isEmpty {
      return ": \(field.constraint.oneOf.joined(separator: " | "))"
    }
    return field.isSecret ? "; vaultctl set \(shellWord(name.rawValue)) \(field.name)" : ""
  }
}
