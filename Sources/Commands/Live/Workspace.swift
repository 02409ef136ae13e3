import Diagnostics
import Foundation
import Manifests
import Model
import SourceYAML

/// A project as it lies on the disk: its file, its manifests, and what is wrong with them.
struct Workspace: Sendable {
  let files: Files
  let project: Project
  let state: DesiredState
  let sources: [String: RedactedSource]
  let projectDiagnostics: [Diagnostic]

  var diagnostics: [Diagnostic] { projectDiagnostics + state.diagnostics }
  var catalog: Catalog { project.catalog }

  /// Reads everything.
  ///
  /// - Throws: where there is no project, or its file has errors.
  static func load(_ given: String?) throws -> Workspace {
    let files = Files(root: try root(given))
    let file = Project.fileName
    let (yaml, faults) = YAMLFile.parse(try files.read(file), file: file)
    let read = Project.read(yaml, parseFaults: faults)
    var sources = [
      file: RedactedSource(yaml.bytes, hidden: faults.hasErrors ? nil : read.hidden)
    ]
    guard let project = read.project else { throw Failure(read.diagnostics, sources: sources) }

    var manifests: [Manifest] = []
    var diagnostics = read.diagnostics
    for name in try manifestFiles(project, files, &diagnostics) {
      let bytes: [UInt8]
      do throws(Diagnostic) {
        bytes = try files.read(name)
      } catch {
        diagnostics.append(error)
        continue
      }
      let (yaml, faults) = YAMLFile.parse(bytes, file: name)
      let manifest = Manifest(yaml, parseFaults: faults, catalog: project.catalog)
      sources[name] = RedactedSource(bytes, hidden: faults.hasErrors ? nil : manifest.hidden)
      manifests.append(manifest)
    }
    return Workspace(
      files: files, project: project, state: DesiredState(manifests, project: project),
      sources: sources, projectDiagnostics: diagnostics)
  }

  /// - Throws: all diagnostics, where one of them is an error.
  func requireNoErrors() throws {
    if diagnostics.hasErrors { throw Failure(diagnostics, sources: sources) }
  }

  func document(
    _ name: String
  ) throws -> (manifest: Manifest, document: ManifestDocument) {
    if let known = ConnectionName(name), let found = state.document(known) { return found }
    let names = state.manifests.flatMap(\.documents).map(\.name.rawValue)
    let near = nearestName(to: name, among: names)
    throw Failure(
      Diagnostic(
        .connectionNotFound, "no manifest declares a connection `\(name)`",
        help: near.map { ["did you mean `\($0)`?"] } ?? [
          "scaffold one: vaultctl new NAME --app APP"
        ]))
  }

  private static func manifestFiles(
    _ project: Project, _ files: Files, _ diagnostics: inout [Diagnostic]
  ) throws -> [String] {
    var names: Set<String> = []
    for path in project.manifests {
      guard files.exists(path.text) else {
        diagnostics.append(.manifestsNotFound(path))
        continue
      }
      names.formUnion(try files.manifests(at: path.text).filter { $0 != Project.fileName })
    }
    return names.sorted()
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

extension Diagnostic {
  fileprivate static func noProject(in folder: String) -> Diagnostic {
    Diagnostic(
      .projectNotFound, "no \(Project.fileName) in \(folder) or above it",
      help: ["start a project: vaultctl init"])
  }

  fileprivate static func manifestsNotFound(_ path: LocatedText) -> Diagnostic {
    Diagnostic(
      .manifestsNotFound, "`\(path.text)` is not there", at: path.place,
      help: ["make it: mkdir -p \(path.text)"])
  }
}
