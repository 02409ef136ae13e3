package import Diagnostics
package import Model
package import SourceYAML

/// One manifest file, read and checked without the others.
package final class Manifest: Sendable {
  /// The file's name in diagnostics, relative to the project's root.
  package let file: String
  package let bytes: [UInt8]
  /// The environment whose overlay it belongs to; `nil`: the base's.
  package let environment: String?
  package let documents: [ManifestDocument]
  /// The names of the documents that could not be read, so that they are not in `documents`; `nil` if not
  /// even that could be.
  package let unreadNames: [ConnectionName?]
  package let diagnostics: [Diagnostic]
  /// The bytes that an excerpt must not show.
  package let hidden: [Range<Int>]

  init(
    file: String, bytes: [UInt8], environment: String?, documents: [ManifestDocument],
    unreadNames: [ConnectionName?], diagnostics: [Diagnostic], hidden: [Range<Int>]
  ) {
    self.file = file
    self.bytes = bytes
    self.environment = environment
    self.documents = documents
    self.unreadNames = unreadNames
    self.diagnostics = diagnostics
    self.hidden = hidden
  }

  /// The file with its tree, for edits. It is parsed again: a tree is many times as large as its
  /// file, and most commands read thousands of files and edit none.
  package func yaml() -> YAMLFile { YAMLFile.parse(bytes, file: file).0 }

  /// The plain-text secrets, which `encrypt` has to seal. Their texts are not stored: the file is
  /// parsed again.
  package func plaintextSecrets() -> [PlaintextSecret] {
    if !documents.contains(where: { $0.slots.contains(where: \.isPlaintextSecret) }) { return [] }
    let yaml = yaml()
    return documents.flatMap { document in
      let setup = yaml.root(of: document)?["spec"]?["setup"]
      return document.slots.filter(\.isPlaintextSecret).map {
        PlaintextSecret(
          document: document, field: $0.field,
          text: setup?[$0.field.rawValue]?.scalar?.text ?? "")
      }
    }
  }
}
