import Diagnostics
import Manifests
import Model
import SourceYAML

extension Workspace {
  /// The document that an edit is for: the base's, or the chosen environment's, which is created if
  /// it does not exist.
  func editableDocument(_ name: String) throws -> LocatedDocument {
    let layers = try documents(name)
    guard let first = layers.first else {
      preconditionFailure("documents(_:) returned no document and threw nothing")
    }
    guard let environment, first.manifest.environment == nil else { return first }
    let file = "\(environment.overlay.text)/\(Scaffold.fileName(for: first.document.name)).yaml"
    try files.create(file, Scaffold.overlay(name: first.document.name))
    let (yaml, faults) = YAMLFile.parse(try files.read(file), file: file)
    let manifest = Manifest(
      yaml, parseFaults: faults, catalog: catalog, environment: environment.name,
      over: [first.document.name: first.document])
    guard let document = manifest.documents.first else {
      throw Failure(manifest.diagnostics)
    }
    return LocatedDocument(manifest: manifest, document: document)
  }
}
