import Diagnostics
import Foundation
import Manifests
import Model
import OpenPGP

/// A project as it lies on the disk, as one environment has it.
struct Workspace: Sendable {
  let files: Files
  let read: ReadProject
  /// The chosen environment's; the base's where none was chosen.
  let state: DesiredState

  var project: Project { read.project }
  var environment: Environment? { state.environment }
  var sources: [String: RedactedSource] { read.sources }
  var catalog: Catalog { project.catalog }

  var diagnostics: [Diagnostic] { read.diagnostics + state.diagnostics }

  /// The files that a command on manifests is about: the chosen environment's and the base's; all
  /// of them where none was chosen.
  var manifests: [Manifest] { environment == nil ? read.manifests : state.manifests }

  /// New messages may join those that the project has.
  var presentSessionKeys: SessionKeyChoice {
    .present(
      read.manifests.flatMap { $0.documents.flatMap { $0.slots.compactMap(\.sealed) } })
  }

  /// Reads everything.
  ///
  /// - Throws: where there is no project, its file has errors, or it has no such environment.
  /// - Parameter acceptsAll: whether `--env all` may be said; it chooses none.
  static func load(_ global: GlobalOptions, acceptsAll: Bool = false) throws -> Workspace {
    let files = Files(root: try root(global.project))
    let read = try ReadProject(from: files)
    let name = acceptsAll && global.namesAllEnvironments ? nil : global.environment
    let environment = try name.map { name in
      guard let found = read.project.environment(named: name) else {
        throw Failure(.unknownEnvironment(name, read.project))
      }
      return found
    }
    let workspace = Workspace(files: files, read: read, state: read.state(of: environment))
    KeptToTheEnd.keep(workspace)
    return workspace
  }

  /// Where new manifests go: the chosen environment's overlay, else the project's first folder.
  var folderOfNew: String {
    environment?.overlay.text ?? project.manifests.first?.text ?? "connections"
  }

  func choosing(_ environment: Environment) -> Workspace {
    Workspace(files: files, read: read, state: read.state(of: environment))
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

  /// The project's folder: the one given, or the nearest one above that has a project file.
  static func root(_ given: String?) throws -> String {
    if let given {
      let path = URL(fileURLWithPath: given).standardizedFileURL.path
      guard FileManager.default.fileExists(atPath: path + "/" + Project.fileName) else {
        throw Failure(.noProject(in: given))
      }
      return path
    }
    var folder = FileManager.default.currentDirectoryPath
    while true {
      if FileManager.default.fileExists(atPath: folder + "/" + Project.fileName) { return folder }
      if folder == "/" || folder.isEmpty { throw Failure(.noProject(in: "this folder")) }
      folder = URL(fileURLWithPath: folder).deletingLastPathComponent().path
    }
  }
}

/// A name, with a number behind it where it is taken: `name`, `name-2`, `name-3`.
func firstFree(_ name: String, isTaken: (String) -> Bool) -> String {
  var text = name
  var number = 2
  while isTaken(text) {
    text = "\(name)-\(number)"
    number += 1
  }
  return text
}

extension Diagnostic {
  fileprivate static func noProject(in folder: String) -> Diagnostic {
    Diagnostic(
      .projectNotFound, "no \(Project.fileName) in \(folder) or above it",
      help: ["start a project: vaultctl init"])
  }

  static func unknownEnvironment(_ name: String, _ project: Project) -> Diagnostic {
    let names = project.environments.map(\.name)
    let near = nearestName(to: name, among: names)
    return Diagnostic(
      .environmentNotFound, "no environment `\(name)` in \(Project.fileName)",
      notes: [names.isEmpty ? "it has none" : "it has: \(names.joined(separator: ", "))"],
      help: near.map { ["did you mean `\($0)`?"] } ?? [])
  }

  static func noEnvironmentChosen(_ project: Project) -> Diagnostic {
    let names = project.environments.map(\.name)
    return Diagnostic(
      .environmentNotFound, "which environment is not told",
      notes: ["the project has: \(names.joined(separator: ", "))"],
      help: ["name one: --env \(names.first ?? "NAME")"])
  }
}
