package import Manifests
package import Model

/// A new value for one field of one document.
package struct FieldEdit: Sendable {
  package let document: ManifestDocument
  package let field: FieldName
  package let text: String
  /// Of the setup that the document gets if it has none; `nil`: its app's first with the field.
  package let setupType: SetupType?

  package init(
    document: ManifestDocument, field: FieldName, text: String, setupType: SetupType? = nil
  ) {
    self.setupType = setupType
    self.document = document
    self.field = field
    self.text = text
  }
}
