import Diagnostics
import FileChanges
import Foundation
import GitPlumbing

/// What the checked-out commit has of a project's files.
struct CommittedFiles {
  private let git: Git

  /// - Parameter root: the project's folder.
  init(_ root: String) { git = Git(folder: root) }

  /// - Parameter name: the connection's, as the user gave it.
  /// - Throws: for each file of which git could not restore what is lost.
  func require(_ removals: [DocumentRemoval], of name: String) throws {
    let committed = try contents(of: removals.map(\.change.file))
    let faults = removals.filter { removal in
      guard let blob = committed?[removal.change.file] else { return true }
      return !removal.lost.allSatisfy { blob.firstRange(of: $0) != nil }
    }.map { Diagnostic.notCommitted($0.change.file, name, hasRepository: committed != nil) }
    if !faults.isEmpty { throw Failure(faults) }
  }

  /// The bytes of those of these files that the last commit has; before the first commit, none.
  ///
  /// - Returns: `nil` outside of a repository.
  func contents(of files: [String]) throws(GitError) -> [String: [UInt8]]? {
    // `cat-file --batch` reads one object's name in a line.
    let named = files.filter { !$0.contains("\n") }
    do throws(GitError) {
      let blobs = try git.objects(named.map { "HEAD:./\($0)" })
      return Dictionary(zip(named, blobs)) { first, _ in first }.compactMapValues(\.self)
    } catch {
      if error.isOutsideRepository { return nil }
      throw error
    }
  }
}

extension Diagnostic {
  fileprivate static func notCommitted(
    _ file: String, _ name: String, hasRepository: Bool
  ) -> Diagnostic {
    let force = "delete it all the same: vaultctl delete --force \(shellWord(name))"
    return Diagnostic(
      .notCommitted, "git could not restore what would be deleted from `\(file)`",
      at: .file(file),
      notes: [
        hasRepository
          ? "it is not committed as it is; nothing was deleted"
          : "the project is not in a git repository; nothing was deleted"
      ],
      help: hasRepository
        ? ["commit it first: git add \(shellWord(file)) && git commit", "or \(force)"] : [force])
  }
}
