import Diagnostics
import Manifests

/// Whether the project file is still the one that a command which runs for long has read.
struct ProjectFileCheck: Sendable {
  private let files: ProjectFiles
  private let bytes: [UInt8]

  init(_ workspace: Workspace) {
    files = workspace.files
    bytes = workspace.contents.projectFile
  }

  /// One that cannot be read has not changed: it is being replaced.
  var hasChanged: Bool {
    let now = try? files.read(Project.fileName, limit: FileLimit.manifest)
    return now.map { $0 != bytes } ?? false
  }
}

extension Diagnostic {
  static var projectOutdated: Diagnostic {
    Diagnostic(
      .projectOutdated, "\(Project.fileName) has changed since this service read it",
      severity: .warning, at: .file(Project.fileName),
      notes: [
        "it continues with what it read: connections of new apps are not renewed, and those whose"
          + " app changed are renewed as before"
      ], help: ["restart the service"])
  }
}
