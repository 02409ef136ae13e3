import Diagnostics
import Manifests
import Model

/// Cuts a connection out of the manifests: of the chosen environment, or of the base and all
/// environments.
struct ConnectionRemover {
  let workspace: Workspace
  /// As the user gave it.
  let name: String
  /// Whether git must be able to restore what is lost.
  let requiresCommit: Bool

  /// 1. Every file that may declare the connection must be readable.
  /// 2. Its documents are cut out, and what is left must say the same as before.
  /// 3. git must have what is cut out, if that is required.
  ///
  /// - Returns: what is to be written, by file.
  func removals() throws -> [DocumentRemoval] {
    // An error in a document that can be cut out does not matter; one that hides a document does.
    try workspace.requireReadable(workspace.contents.manifests.filter { $0.mayHide(name) })
    let removals = try Dictionary(grouping: layers()) { $0.manifest.file }
      .sorted { $0.key < $1.key }
      .compactMap { _, here in
        try here.first.map { try DocumentRemoval(here.map(\.document), from: $0.manifest) }
      }
    if requiresCommit { try CommittedFiles(workspace.files.root).require(removals, of: name) }
    return removals
  }

  private func layers() throws -> [LocatedDocument] {
    let environment = workspace.environment?.name
    let found = workspace.contents.manifests.flatMap { manifest in
      manifest.documents.filter { document in
        document.name.rawValue == name
          && (environment == nil || manifest.environment == environment)
      }.map { LocatedDocument(manifest: manifest, document: $0) }
    }
    if found.isEmpty {
      _ = try workspace.documents(name)
      throw Failure(.onlyInBase(name, environment ?? ""))
    }
    return found
  }
}

extension Diagnostic {
  fileprivate static func onlyInBase(_ name: String, _ environment: String) -> Diagnostic {
    Diagnostic(
      .connectionNotFound, "environment `\(environment)` has no document of `\(name)`",
      notes: ["the base declares it, for all environments"],
      help: [
        "delete it everywhere: \(GlobalOptions.withoutEnvironment)vaultctl delete \(shellWord(name))"
      ])
  }
}
