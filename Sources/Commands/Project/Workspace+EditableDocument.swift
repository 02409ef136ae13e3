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
    // Another connection's file may have the name that this one's would get. A file that was created after
    // the project was read is this one's, by another command.
    let taken = Set(contents.manifests.map(\.file))
    var stems = UniqueNames(separator: "-")
    return stems.name(for: stem) { taken.contains("\($0).yaml") } + ".yaml"
  }

  /// The documents that declare a connection whose values are about to be edited: the chosen environment's,
  /// then the base's.
  ///
  /// - Throws: if a setup cannot be read, since an edit would replace what it holds; or if the environment
  ///   removes the connection.
  func editableDocuments(_ name: String) throws -> [LocatedDocument] {
    try requireAllFiles()
    let layers = try documents(name)
    if let environment, layers[0].document.isRemoval {
      throw Failure(.removed(layers[0].document, in: environment))
    }
    try requireReadable(
      layers.filter { $0.document.app == nil || $0.document.hasUnreadSetup }.map(\.manifest)
    ) { ![.plaintextSecret, .malformedMessage].contains($0) }
    return layers
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

extension Diagnostic {
  fileprivate static func removed(
    _ document: ManifestDocument, in environment: Environment
  ) -> Diagnostic {
    let name = document.name.rawValue
    return Diagnostic(
      .connectionNotFound, "`\(name)` does not exist in environment `\(environment.name)`",
      at: document.origin.nameLocation, notes: ["its overlay has `spec: null`"],
      help: [
        "delete that document first: vaultctl delete \(shellWord(name)) --env \(shellWord(environment.name))"
      ])
  }
}
