import Manifests
import Model

/// A new value for one field of one document.
struct FieldEdit: Sendable {
  let document: ManifestDocument
  let field: FieldName
  let text: String

  /// As `Leaves` has it.
  var path: String { "\(document.index)/spec/setup/\(field)" }
}
