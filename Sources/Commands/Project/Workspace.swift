import Diagnostics
import Foundation
import Manifests
import Model
import OpenPGP

/// A project on the disk, as one environment has it.
struct Workspace: Sendable {
  let files: ProjectFiles
  let contents: ProjectContents
  /// The chosen environment's; the base's where none was chosen.
  let state: DesiredState

  var project: Project { contents.project }
  var environment: Environment? { state.environment }
  var sources: [String: RedactedSource] { contents.sources }
  var catalog: Catalog { project.catalog }

  var diagnostics: [Diagnostic] { contents.diagnostics + state.diagnostics }

  /// The files that a command on manifests is about: the chosen environment's and the base's; all
  /// of them where none was chosen.
  var manifests: [Manifest] { environment == nil ? contents.manifests : state.manifests }

  /// New messages may join those that the project has.
  var presentSessionKeys: SessionKeyChoice {
    .present(
      contents.manifests.flatMap { $0.documents.flatMap { $0.slots.compactMap(\.sealed) } })
  }

  /// Reads everything.
  ///
  /// - Throws: where there is no project, its file has errors, or it has no such environment.
  /// - Parameter acceptsAll: whether `--env all` may be said; it chooses none.
  static func load(_ global: GlobalOptions, acceptsAll: Bool = false) throws -> Workspace {
    let files = ProjectFiles(root: try ProjectRoot.find(global.project))
    let contents = try ProjectReader.contents(of: files)
    let name = acceptsAll && global.namesAllEnvironments ? nil : global.environment
    let environment = try name.map { name in
      guard let found = contents.project.environment(named: name) else {
        throw Failure(.unknownEnvironment(name, contents.project))
      }
      return found
    }
    let workspace = Workspace(
      files: files, contents: contents, state: contents.state(of: environment))
    LeakedAtExit.keep(workspace)
    return workspace
  }

  /// Where new manifests go: the chosen environment's overlay, else the project's first folder.
  var folderOfNew: String {
    environment?.overlay.text ?? project.manifests.first?.text ?? "connections"
  }

  func choosing(_ environment: Environment) -> Workspace {
    Workspace(files: files, contents: contents, state: contents.state(of: environment))
  }

  /// - Throws: all diagnostics, where one of them is an error.
  func requireNoErrors() throws {
    if diagnostics.hasErrors { throw Failure(diagnostics, sources: sources) }
  }

  /// The documents that declare a connection: the chosen environment's, then the base's.
  ///
  /// - Throws: where there is none.
  func documents(
    _ name: String
  ) throws -> [LocatedDocument] {
    if let known = ConnectionName(name) {
      let layers = (environment.map { [$0.name] } ?? []) + [nil]
      let found = layers.compactMap { state.document(known, in: $0) }
      if !found.isEmpty { return found }
    }
    let names = state.manifests.flatMap(\.documents).map(\.name.rawValue)
    let near = nearestName(to: name, among: names)
    throw Failure(
      Diagnostic(
        .connectionNotFound, "no manifest declares a connection `\(name)`",
        help: near.map { ["did you mean `\($0)`?"] } ?? [
          "scaffold one: vaultctl new NAME --app APP"
        ]))
  }
}
