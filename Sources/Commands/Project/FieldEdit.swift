package import Manifests
package import Model

/// A new value for one field of one document.
package struct FieldEdit: Sendable {
  package let document: ManifestDocument
  package let field: FieldName
  package let text: String

  package init(document: ManifestDocument, field: FieldName, text: String) {
    self.document = document
    self.field = field
    self.text = text
  }
}
