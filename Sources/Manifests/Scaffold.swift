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
      // A line separator in it would end the comment.
      let userID = TerminalText(recipient.userID).renderedWithinLine
      let comment = userID.isEmpty ? "" : "  # \(userID)"
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

  /// - Parameters:
  ///   - shape: `nil`: an empty connection.
  ///   - values: plain texts and sealed messages of its fields.
  ///   - following: fields that get their values next, and so no hint.
  ///   - scopes: `nil` if the manifest does not mention them.
  package static func connection(
    name: ConnectionName, app: App, shape: SetupShape?, values: [FieldName: String] = [:],
    following: [FieldName] = [], scopes: [Scope]? = nil
  ) -> String {
    setup(of: app, name, shape, values, following)
      + (scopes.map { list in
        list.isEmpty
          ? "  scopes: []\n"
          : "  scopes:\n" + list.map { "    - \(yamlScalar($0.rawValue))\n" }.joined()
      } ?? "")
  }

  /// Up to the end of the setup.
  private static func setup(
    of app: App, _ name: ConnectionName, _ shape: SetupShape?, _ values: [FieldName: String],
    _ following: [FieldName]
  ) -> String {
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
      if let value = values[field.name] {
        text += "    \(field.name):\(block(value) ?? " " + yamlScalar(value))\n"
        continue
      }
      if following.contains(field.name) {
        text += "    \(field.name):\n"
        continue
      }
      let words = [field.isRequired ? "required" : "optional"] + (field.isSecret ? ["secret"] : [])
      text += "    \(field.name):  # \(words.joined(separator: ", "))\(hint(field, name))\n"
    }
    return text
  }

  /// An environment's document that overlays the base's of this name, still empty.
  ///
  /// - Parameter hasSetup: whether it gets a setup, which it is not complete without.
  package static func overlay(name: ConnectionName, hasSetup: Bool) -> String {
    """
    apiVersion: \(apiVersion)
    kind: Connection
    metadata:
      name: \(yamlScalar(name.rawValue))
    spec:\(hasSetup ? "\n  setup:" : " {}")

    """
  }

  /// A file name, without its extension, that every file system accepts and no command takes for an
  /// option.
  package static func fileName(for name: ConnectionName) -> String {
    let text = name.rawValue.lowercased().unicodeScalars.map { scalar -> Character in
      scalar.isASCIIAlphanumeric || "-_.".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
    }
    let isSafe = text.first.map(\.isASCIIAlphanumeric) ?? false
    let stem = text.prefix { $0 != "." }
    // Windows has devices of these names, whatever follows the dot.
    let isDevice =
      ["con", "prn", "aux", "nul"].contains(String(stem))
      || (stem.count == 4 && ["com", "lpt"].contains(String(stem.prefix(3)))
        && stem.suffix(1).allSatisfy(\.isASCIIDigit))
    return (isSafe && !isDevice ? "" : "connection-") + String(text)
  }

  /// A project's name for a folder; `nil` if a letter of the folder's name cannot be in it.
  package static func projectName(forFolder folder: String) -> String? {
    let name = folder.lowercased().replacing(" ", with: "-")
    return name.isProjectName ? name : nil
  }

  /// A connection's name for a flow and an app; every letter and digit of the flow's name is kept.
  package static func connectionName(forFlow flow: String, _ app: AppID) -> String {
    var name = ""
    for character in flow.lowercased() {
      let isKept = character.isLetter || character.isNumber || "-_.".contains(character)
      let kept = isKept ? String(character) : character.isWhitespace ? "-" : ""
      if name.isEmpty, kept == "-" || kept == "." { continue }
      if name.unicodeScalars.count + kept.unicodeScalars.count > maxFlowScalars { break }
      name += kept
    }
    return "\(name.isEmpty ? "connections" : name)-\(app)"
  }

  /// So that an app and a number fit into a connection's name with it.
  private static let maxFlowScalars = 100

  /// A sealed message as a literal block; `nil` for any other text.
  private static func block(_ text: String) -> String? {
    guard SealedMessage.looksSealed(text) else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.dropLast(text.hasSuffix("\n") ? 1 : 0).reduce(into: " |") { block, line in
      block += "\n" + (line.isEmpty ? "" : "      \(line)")
    }
  }

  private static func hint(_ field: FieldShape, _ name: ConnectionName) -> String {
    if !field.constraint.oneOf.isEmpty {
      return ": \(field.constraint.oneOf.joined(separator: " | "))"
    }
    return field.isSecret ? "; vaultctl set \(shellWord(name.rawValue)) \(field.name)" : ""
  }
}
