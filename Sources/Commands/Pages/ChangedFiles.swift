import Diagnostics
import FileChanges

/// A project's files as they would be after some changes.
struct ChangedFiles: ManifestSource {
  private let files: ProjectFiles
  /// `nil`: the file is removed.
  private let changed: [String: [UInt8]?]

  init(_ files: ProjectFiles, _ changes: [FileChange]) {
    self.files = files
    changed = Dictionary(changes.map { ($0.file, $0.result) }) { $1 }
  }

  func exists(_ path: String) -> Bool {
    switch changed[path] {
    case .some(let bytes): bytes != nil
    case nil: files.exists(path) || changed.contains { $0.hasPrefix("\(path)/") && $1 != nil }
    }
  }

  func entries(at path: String) throws(Diagnostic) -> [SourceEntry] {
    let prefix = path == "." ? "" : "\(path)/"
    let new = changed.keys.filter { $0 == path || $0.hasPrefix(prefix) }
    let present = try files.entries(at: path).filter { changed[$0.path] == nil }
    return (present + new.filter { exists($0) }.map { SourceEntry($0, .file) })
      .sorted { $0.path < $1.path }
  }

  func read(_ names: [String], limit: Int) throws(Diagnostic) -> [Result<[UInt8], Diagnostic>] {
    let present = names.filter { changed[$0] == nil }
    var read = Dictionary(zip(present, files.read(present, limit: limit))) { $1 }
    for case (let name, let bytes??) in names.map({ ($0, changed[$0]) }) {
      read[name] = .success(bytes)
    }
    return names.map { name in read[name] ?? .failure(.missing(name)) }
  }
}

extension Workspace {
  /// The project as it would be with these changes, as the same environment sees it.
  func applying(_ changes: [FileChange], _ global: GlobalOptions) throws -> Workspace {
    let contents = try ProjectReader.contents(
      of: ChangedFiles(files, changes), trusting: Self.trust(global, files).projectFile)
    return Workspace(
      files: files, contents: contents, state: contents.state(of: environment), trust: trust,
      trustRef: trustRef)
  }
}
