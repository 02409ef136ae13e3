import Diagnostics
import Foundation
import Manifests
import Model

extension Workspace {
  /// The manifests that the user names, each once, as paths relative to the current folder or to the project;
  /// all of them if none is named.
  ///
  /// - Throws: if one of them is no manifest, or cannot be read.
  func manifests(_ named: [String]) throws -> [Manifest] {
    if named.isEmpty {
      try requireAllFiles()
      return manifests
    }
    let here = FileManager.default.currentDirectoryPath
    let found = try named.map { name in
      let path = URL(
        fileURLWithPath: name, relativeTo: URL(fileURLWithPath: here, isDirectory: true)
      ).standardizedFileURL.path
      guard
        let manifest = contents.manifests.first(where: {
          $0.file == name || files.path($0.file) == path
        })
      else {
        let faults = unreadFiles.filter { fault in
          fault.location?.file.map { $0 == name || path.hasPrefix(files.path($0)) } ?? false
        }
        if !faults.isEmpty { throw Failure(faults) }
        throw Failure(
          Diagnostic(
            .unreadableFile, "`\(name)` is not a manifest of this project",
            notes: ["manifests are the YAML files under `manifests` of \(Project.fileName)"]))
      }
      return manifest
    }
    var seen: Set<String> = []
    return found.filter { seen.insert($0.file).inserted }
  }

  /// For a command that writes: what it cannot read may be what it is about.
  ///
  /// - Throws: if something where a file should be was not read.
  func requireAllFiles() throws {
    if !unreadFiles.isEmpty { throw Failure(unreadFiles) }
  }

  /// For a command that is about whole manifests: what it cannot read of them it would pass over.
  ///
  /// - Parameter hides: whether an error hides something that the command is about.
  /// - Throws: those errors of these manifests.
  func requireReadable(
    _ manifests: [Manifest], _ hides: (DiagnosticCode) -> Bool = { $0 != .plaintextSecret }
  ) throws {
    let faults = manifests.flatMap(\.diagnostics)
      .filter { $0.severity == .error && hides($0.code) }
    if !faults.isEmpty { throw Failure(faults, sources: sources) }
  }

  /// For a command that takes the base's document because the environment has none.
  ///
  /// - Throws: if something where a file of the environment should be was not read.
  func requireFiles(of environment: Environment) throws {
    let folder = environment.overlay.text
    let faults = unreadFiles.filter { fault in
      fault.location?.file.map {
        $0 == folder || project.environment(of: $0)?.name == environment.name
          || folder.hasPrefix("\($0)/")
      } ?? true
    }
    if !faults.isEmpty { throw Failure(faults) }
  }

  /// The manifests that a connection may be declared in: those that declare it, and those of which
  /// nobody knows whether they do.
  func manifests(declaring name: String) -> [Manifest] {
    contents.manifests.filter { manifest in
      manifest.mayHide(name) || manifest.documents.contains { $0.name.rawValue == name }
    }
  }

  private var unreadFiles: [Diagnostic] {
    let codes: Set<DiagnosticCode> = [
      .unreadableFile, .symbolicLink, .notRegularFile, .nestedRepository, .fileTooLarge,
    ]
    return contents.diagnostics.filter { codes.contains($0.code) }
  }
}

extension Manifest {
  /// Whether a document of a connection may be missing from `documents`: it could not be read, or the file is
  /// no YAML, or none of ours.
  func mayHide(_ name: String) -> Bool {
    isUnread { unread in unread.map { $0.rawValue == name } ?? true }
  }

  /// Whether it may hide a document of any connection.
  var isUnread: Bool { isUnread { _ in true } }

  private func isUnread(_ isMeant: (ConnectionName?) -> Bool) -> Bool {
    let isIncomplete =
      unreadNames.contains(where: isMeant) || (documents.isEmpty && unreadNames.isEmpty)
    return diagnostics.contains { fault in
      // A file without any document hides none.
      fault.severity == .error && fault.code != .emptyDocument
        && (isIncomplete || fault.code.isAboutReading)
    }
  }
}
