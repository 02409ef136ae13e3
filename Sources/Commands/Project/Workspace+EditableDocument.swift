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
    var stems = UniqueNames(separator: "-")
    let free = stems.name(for: stem) { stem in
      contents.manifests.contains { $0.file == "\(stem).yaml" }
    }
    return free + ".yaml"
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
      let words = [name, environment.name].map(shellWord)
      throw Failure(
        .removed(
          name, in: environment, at: layers[0].document.origin.nameLocation,
          help: "delete that document first: vaultctl delete \(words[0]) --env \(words[1])"))
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
