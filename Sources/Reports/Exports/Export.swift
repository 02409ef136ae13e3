import Encodings
package import Model

/// What an export consists of: files, and the names by which they refer to values of secrets.
package struct Export: Sendable {
  package struct File: Hashable, Sendable {
    /// Relative to the export's folder.
    package let path: String
    package let text: MachineText
  }

  /// A name that stands for a secret's value.
  package struct Placeholder: Hashable, Sendable {
    package let name: String
    package let address: FieldAddress
  }

  /// Something that the export's format cannot express.
  package struct Gap: Hashable, Sendable {
    package let connection: ConnectionName
    package let reason: String

    package init(connection: ConnectionName, reason: String) {
      (self.connection, self.reason) = (connection, reason)
    }
  }

  package let files: [File]
  package let placeholders: [Placeholder]
  package let gaps: [Gap]
}

extension Export {
  /// A string of JSON, which is one of YAML as well.
  static func quoted(_ text: String) -> String {
    var writer = JSONWriter()
    writer.string(text)
    return writer.text
  }
}
