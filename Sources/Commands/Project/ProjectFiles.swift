package import Diagnostics
package import FileChanges
import Files
import Foundation
import Model
import Parallelism

/// The project's files, named relative to its root.
package struct ProjectFiles: ManifestSource {
  package let root: String

  package init(root: String) { self.root = root }

  package func path(_ file: String) -> String { root + "/" + file }

  package func exists(_ file: String) -> Bool {
    for path in ProjectPath.ancestors(of: file) where kind(of: path) == .entry(.link) {
      return true
    }
    return kind(of: file) != nil
  }

  package func read(_ files: [String], limit: Int) -> [Result<[UInt8], Diagnostic>] {
    let reader = RegularFile(limit: limit)
    return files.concurrentMap { file in
      do throws(RegularFile.Fault) {
        return .success(try reader.bytes(path(file)))
      } catch {
        return .failure(Diagnostic(error, file))
      }
    }
  }

  package func entries(at start: String) throws(Diagnostic) -> [SourceEntry] {
    for path in ProjectPath.ancestors(of: start) {
      if kind(of: path) == .entry(.link) { return [SourceEntry(path, .link)] }
    }
    switch start == "." ? .folder : kind(of: start) {
    case nil: return []
    case .entry(let kind): return [SourceEntry(start, kind)]
    case .folder:
      var entries: [SourceEntry] = []
      try list(start == "." ? "" : start + "/", into: &entries)
      return entries.sorted { $0.path < $1.path }
    }
  }

  private enum Kind: Hashable {
    case folder
    case entry(SourceEntry.Kind)

    /// For readdir(3); `nil` if the file system does not report the type in listings.
    init?(listed type: Int) {
      switch type {
      case Int(DT_DIR): self = .folder
      case Int(DT_REG): self = .entry(.file)
      case Int(DT_LNK): self = .entry(.link)
      case Int(DT_UNKNOWN): return nil
      default: self = .entry(.special)
      }
    }

    init(mode: mode_t) {
      switch mode & S_IFMT {
      case S_IFDIR: self = .folder
      case S_IFREG: self = .entry(.file)
      case S_IFLNK: self = .entry(.link)
      default: self = .entry(.special)
      }
    }
  }

  /// `nil` if there is nothing.
  private func kind(of file: String) -> Kind? {
    var status = stat()
    return unsafe lstat(path(file), &status) == 0 ? Kind(mode: status.st_mode) : nil
  }

  /// What is below a folder and not hidden (readdir(3)).
  ///
  /// - Parameter prefix: the folder with a slash at its end; empty for the root.
  private func list(_ prefix: String, into entries: inout [SourceEntry]) throws(Diagnostic) {
    let name = prefix.isEmpty ? "." : String(prefix.dropLast())
    let listed: [FileSystem.Entry]
    do throws(SystemError) {
      listed = try FileSystem.entries(of: path(prefix))
    } catch {
      throw .unreadable(name, POSIXError(error))
    }
    if !prefix.isEmpty, listed.contains(where: { $0.name == ".git" }) {
      return entries.append(SourceEntry(name, .repository))
    }
    var folders: [String] = []
    for entry in listed where !entry.name.hasPrefix(".") {
      let path = prefix + entry.name
      switch Kind(listed: entry.type) ?? kind(of: path) {
      case .folder: folders.append(path)
      case .entry(let kind): entries.append(SourceEntry(path, kind))
      // It was removed meanwhile.
      case nil: break
      }
    }
    for folder in folders { try list(folder + "/", into: &entries) }
  }

  /// Writes all changes, or none; what is refused is reported at once.
  ///
  /// - Parameter premises: files that must be as they were when the changes were planned.
  /// - Returns: what was done first about changes that a killed command left.
  package func write(
    _ changes: [FileChange], given premises: [FilePremise] = []
  ) throws(ChangeFault) -> Recovery? {
    try transaction.commit(changes, given: premises)
  }

  /// Refuses what `write` would refuse before it writes.
  package func check(
    _ changes: [FileChange], given premises: [FilePremise] = []
  ) throws(ChangeFault) {
    try transaction.check(changes, given: premises)
  }

  /// Finishes or takes back what a killed command left.
  package func recover() throws(ChangeFault) -> Recovery? { try transaction.recover() }

  private var transaction: FileTransaction {
    FileTransaction(root: root, limit: FileLimit.manifest)
  }
}
