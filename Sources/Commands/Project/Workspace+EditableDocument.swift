import Diagnostics
import Manifests
import Model
import Reports
import SourceYAML

extension Workspace {
  /// The file that an edit is for: the base's, or the chosen environment's, which need not exist.
  ///
  /// - Parameter top: the connection's document that wins in the chosen environment.
  func editableFile(_ top: LocatedDocument) -> String {
    guard let environment, top.manifest.environment == nil else { return top.manifest.file }
    let stem = "\(environment.overlay.text)/\(Scaffold.fileName(for: top.document.name))"
    // Another connection's file may have the name that this one's would get.
    var stems = UniqueNames(separator: "-")
    return stems.name(for: stem) { files.exists("\($0).yaml") } + ".yaml"
  }

  /// The document in `editableFile`, and whether that file has to be created.
  ///
  /// - Parameter hasSetup: whether a new file is for a setup.
  func editableDocument(
    _ top: LocatedDocument, hasSetup: Bool = true
  ) throws -> (LocatedDocument, isNew: Bool) {
    let file = editableFile(top)
    guard let environment, file != top.manifest.file else { return (top, false) }
    let text = Scaffold.overlay(name: top.document.name, hasSetup: hasSetup)
    let (yaml, faults) = YAMLFile.parse(Array(text.utf8), file: file)
    let manifest = Manifest(
      yaml, parseFaults: faults, catalog: catalog, environment: environment.name,
      over: [top.document.name: top.document])
    guard let document = manifest.documents.first else {
      throw Failure(manifest.diagnostics)
    }
    return (LocatedDocument(manifest: manifest, document: document), true)
  }
}
