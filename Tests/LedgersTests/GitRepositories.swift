import Foundation
import GitPlumbing
import Ledgers
import Model
import Stores
import TestSupport
import Testing

/// A bare remote and clones of it, each with a ledger of the same name.
struct GitRepositories {
  static let ref = "refs/vaultctl/ledger/test"

  private let folder: TemporaryFolder
  var remote: String { folder.path + "/remote.git" }

  init() throws {
    folder = try TemporaryFolder()
    try git(["init", "--quiet", "--bare", remote])
  }

  @discardableResult
  func git(_ arguments: [String]) throws -> String {
    let finished = try run("/usr/bin/git", arguments)
    try #require(finished.status == 0, "git \(arguments): \(finished.errorText)")
    return finished.text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func path(of clone: String) -> String { folder.path + "/" + clone }

  /// The ledger as another machine has it.
  func clone(_ name: String) throws -> GitLedger {
    let path = path(of: name)
    if !FileManager.default.fileExists(atPath: path) {
      try git(["clone", "--quiet", remote, path])
    }
    return GitLedger(git: Git(folder: path), name: "test", remote: "origin")
  }

  /// What a git that was killed leaves: nobody can move the ref of this clone.
  func lockRef(of name: String) throws {
    let path = folder.path + "/\(name)/.git/\(Self.ref).lock"
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data().write(to: URL(fileURLWithPath: path))
  }

  func unlockRef(of name: String) throws {
    try FileManager.default.removeItem(atPath: folder.path + "/\(name)/.git/\(Self.ref).lock")
  }

  /// The commit that the remote's ref is at; `nil` where it has none.
  func remoteCommit() throws -> String? {
    let found = try run(
      "/usr/bin/git", ["-C", remote, "show-ref", "--verify", "--hash", Self.ref])
    return found.status == 0
      ? found.text.trimmingCharacters(in: .whitespacesAndNewlines) : nil
  }

  func remoteFiles() throws -> [String] {
    try git(["-C", remote, "ls-tree", "-r", "--name-only", Self.ref])
      .split(separator: "\n").map(String.init)
  }
}

/// Contents with one record.
func contents(_ connection: String, version: StoreVersion = "1") throws -> LedgerContents {
  var contents = LedgerContents()
  contents.entries[try name(connection)] = try entry(version: version)
  return contents
}

/// An entry as a ledger decodes it, of JSON as ledgers have it.
func entry(version: StoreVersion) throws -> LedgerEntry {
  let record = AppliedRecord(
    storeID: "id", version: version, app: "twilio", setupType: "api_key",
    fields: [
      "account_id": .plain(.string("AC1")),
      "api_key": .sealed(ciphertext: "c1", value: KeyedDigest("d1"), version: version),
    ], labels: ["team": "x\u{1}\"ä"], scopes: ["read"], preventsDestroy: true,
    provenance: provenance)
  struct Form: Encodable {
    let record: AppliedRecord
    let granted: [Scope]
  }
  let text = try canonicalJSON(Form(record: record, granted: ["read", "write"]))
  return try JSONDecoder().decode(LedgerEntry.self, from: Data(text.utf8))
}
