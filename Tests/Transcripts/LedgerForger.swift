import Foundation
import TestSupport
import Testing

/// Somebody who may push to `refs/vaultctl/*` of a bare repository, and nothing else.
struct LedgerForger {
  let origin: String
  let ref: String

  /// The commit of the ledger.
  func tip() throws -> String { try git(["rev-parse", ref]) }

  /// `nil` if there is no ledger.
  var tipIfAny: String? {
    let found = try? run("/usr/bin/git", ["-C", origin, "rev-parse", "--quiet", "--verify", ref])
    return found?.status == 0 ? found?.text : nil
  }

  /// The state before the present one.
  func before() throws -> String { try git(["rev-parse", ref + "^"]) }

  func move(to commit: String) throws { try git(["update-ref", ref, commit]) }
  func delete() throws { try git(["update-ref", "-d", ref]) }

  /// The texts of the ledger's files, by path.
  func files(at commit: String? = nil) throws -> [String: String] {
    let commit = try commit ?? tip()
    let paths = try git(["ls-tree", "-r", "--name-only", "-z", commit]).split(separator: "\0")
    return Dictionary(
      try paths.map { path in
        (String(path), try run("/usr/bin/git", ["-C", origin, "show", "\(commit):\(path)"]).text)
      }
    ) { first, _ in first }
  }

  /// A commit of these files on top of the ledger's, as a push would put it there.
  func push(_ files: [String: String]) throws {
    let index = origin + "/forged-index"
    try? FileManager.default.removeItem(atPath: index)
    for (path, text) in files {
      let blob = try git(["hash-object", "-w", "--stdin"], input: text)
      try git(
        ["update-index", "--add", "--cacheinfo", "100644,\(blob),\(path)"],
        environment: ["GIT_INDEX_FILE": index])
    }
    let tree = try git(["write-tree"], environment: ["GIT_INDEX_FILE": index])
    let parent = try tip()
    try move(to: git(["commit-tree", tree, "-p", parent, "-m", "apply: 1 done"]))
  }

  /// The same, with some files changed.
  func change(_ change: (inout [String: String]) throws -> Void) throws {
    var files = try files()
    try change(&files)
    try push(files)
  }

  @discardableResult
  private func git(
    _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) throws -> String {
    let identity = [
      "GIT_AUTHOR_NAME": "ann", "GIT_AUTHOR_EMAIL": "ann@example.com",
      "GIT_COMMITTER_NAME": "ann", "GIT_COMMITTER_EMAIL": "ann@example.com",
    ]
    let finished = try run(
      "/usr/bin/git", ["-C", origin] + arguments,
      environment: identity.merging(environment) { $1 }, input: Data(input.utf8))
    #expect(finished.status == 0, "\(arguments): \(finished.errorText)")
    return finished.text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
