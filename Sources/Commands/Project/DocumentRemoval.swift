import Diagnostics
import FileChanges
import Manifests
import SourceYAML

/// Some documents of a manifest, cut out of it.
struct DocumentRemoval {
  let change: FileChange
  /// The bytes that are lost.
  let lost: [[UInt8]]
  /// Whether the file goes with them.
  let leavesNothing: Bool

  init(_ documents: [ManifestDocument], from manifest: Manifest) throws(Diagnostic) {
    let yaml = manifest.yaml()
    let numbers = Set(documents.map(\.index))
    leavesNothing = yaml.documents.count { $0.root != nil } == numbers.count
    if leavesNothing {
      change = FileChange(removing: manifest.file, with: manifest.bytes)
      lost = [manifest.bytes]
    } else {
      change = FileChange(
        manifest.file, from: manifest.bytes, to: try yaml.removingDocuments(numbers))
      lost = numbers.sorted().map { Array(manifest.bytes[yaml.bytes(ofDocument: $0)]) }
    }
  }
}
