/// A key that a project's schema proposes.
package struct SchemaRecipient: Hashable, Sendable {
  let fingerprint: String
  /// As people know it.
  let name: String

  package init(fingerprint: String, name: String) {
    self.fingerprint = fingerprint
    self.name = name
  }
}
