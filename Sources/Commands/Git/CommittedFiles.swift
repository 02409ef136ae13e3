import Diagnostics
import FileChanges
import Foundation
import GitPlumbing

/// What the checked-out commit has of a project's files.
struct CommittedFiles {
  private let git: Git

  /// - Parameter root: the project's folder.
  init(_ root: String) { git = Git(folder: root) }

  /// - Throws: for each file of which git could not restore what is lost.
  /// - Parameter name: the connection's, as the user gave it.
  func require(_ removals: [DocumentRemoval], of name: String) throws {
    let faults = removals.filter { !has($0) }.map { Diagnostic.notCommitted($0.change.file, name) }
    if !faults.isEmpty { throw Failure(faults) }
  }

  /// Whether the folder is in a work tree of git.
  var isRepository: Bool { (try? git.workTree()) != nil }

  /// `nil` if the last commit has no such file; outside of a repository and before the first commit, too.
  func bytes(of file: String) -> [UInt8]? {
    (try? git.output(["cat-file", "blob", "HEAD:./\(file)"])).map { Array($0) }
  }

  private func has(_ removal: DocumentRemoval) -> Bool {
    guard let blob = bytes(of: removal.change.file) else { return false }
    return removal.lost.allSatisfy { blob.firstRange(of: $0) != nil }
  }
}

extension Diagnostic {
  fileprivate static func notCommitted(_ file: String, _ name: String) -> Diagnostic {
    Diagnostic(
      .notCommitted, "git could not restore what would be deleted from `\(file)`",
      at: .file(file), notes: ["it is not committed as it is; nothing was deleted"],
      help: [
        "commit it first: git add \(shellWord(file)) && git commit",
        "or delete it all the same: vaultctl delete --force \(shellWord(name))",
      ])
  }
}
