import Manifests

/// A new value for one label or annotation of one document.
struct MetadataEdit: Sendable {
  enum Part: String, Sendable {
    case labels, annotations
  }

  let document: ManifestDocument
  let part: Part
  let key: String
  /// `nil`: it is removed.
  let text: String?
}
