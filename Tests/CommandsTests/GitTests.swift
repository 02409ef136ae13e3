import Commands
import Foundation
import TestSupport
import Testing

@Suite struct GitHeadTests {
  private static let commit = String(repeating: "0123456789", count: 4)
  private static let other = String(repeating: "fedcba9876", count: 4)
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var head: String? { GitHead.commit(above: folder.path) }

  @Test func aBranchIsItsLooseRef() throws {
    try folder.write("ref: refs/heads/main\n", to: ".git/HEAD")
    try folder.write(Self.commit + "\n", to: ".git/refs/heads/main")
    try folder.write("\(Self.other) refs/heads/main\n", to: ".git/packed-refs")
    #expect(head == Self.commit, "a loose ref counts before a packed one")
  }

  @Test func aPackedRefIsFoundByItsWholeName() throws {
    try folder.write("ref: refs/heads/main\n", to: ".git/HEAD")
    try folder.write(
      """
      # pack-refs with: peeled fully-peeled sorted
      \(Self.other) refs/heads/not-refs/heads/main
      \(Self.other) refs/heads/maint
      \(Self.commit) refs/heads/main
      ^\(Self.other)

      """, to: ".git/packed-refs")
    #expect(head == Self.commit)
  }

  @Test func aDetachedHeadIsTheCommitItself() throws {
    try folder.write(Self.commit + "\n", to: ".git/HEAD")
    #expect(head == Self.commit)
  }

  @Test(arguments: ["", "ref: refs/heads/main", "not a commit", "0123"])
  func aHeadWithoutACommitIsNone(_ text: String) throws {
    try folder.write(text, to: ".git/HEAD")
    #expect(head == nil)
  }

  @Test func aFolderBelowBelongsToTheWorkTree() throws {
    try folder.write(Self.commit, to: ".git/HEAD")
    try folder.write("", to: "a/b/file")
    #expect(GitHead.repository(above: folder.path + "/a/b") == folder.path)
    #expect(GitHead.commit(above: folder.path + "/a/b") == Self.commit)
  }

  /// git itself, in a folder of the test's.
  @discardableResult
  private func git(_ arguments: [String], in name: String) throws -> String {
    let settings = ["user.name=a", "user.email=a@b", "protocol.file.allow=always"]
    let finished = try run(
      "/usr/bin/git",
      ["-C", folder.path + "/" + name] + settings.flatMap { ["-c", $0] } + arguments)
    try #require(finished.status == 0, "git \(arguments): \(finished.errorText)")
    return finished.text.trimmingCharacters(in: .newlines)
  }

  private func expectGitsCommit(in name: String, _ comment: Comment) throws {
    let commit = try git(["rev-parse", "HEAD"], in: name)
    #expect(GitHead.commit(above: folder.path + "/" + name) == commit, comment)
  }

  /// A repository with a commit.
  private func makeRepository(_ name: String) throws {
    try git(["init", "--quiet", name], in: ".")
    try git(["commit", "--quiet", "--allow-empty", "-m", name], in: name)
  }

  @Test func aLinkedWorkTreeHasAHeadOfItsOwn() throws {
    try makeRepository("main")
    try git(["worktree", "add", "--quiet", "-b", "topic", "../linked"], in: "main")
    try git(["commit", "--quiet", "--allow-empty", "-m", "two"], in: "linked")
    try expectGitsCommit(in: "main", "of the main work tree")
    try expectGitsCommit(in: "linked", "of a loose ref")
    try git(["pack-refs", "--all"], in: "main")
    try expectGitsCommit(in: "linked", "of a packed ref")
    try folder.write("gitdir: ../main/.git/worktrees/linked\n", to: "linked/.git")
    try expectGitsCommit(in: "linked", "by a relative path, as later versions of git write it")
    try git(["checkout", "--quiet", "--detach", "HEAD~1"], in: "linked")
    try expectGitsCommit(in: "linked", "of a detached head")
  }

  @Test func aSubmoduleHasAHeadOfItsOwn() throws {
    try makeRepository("library")
    try makeRepository("main")
    try git(["submodule", "--quiet", "add", folder.path + "/library", "part"], in: "main")
    try expectGitsCommit(in: "main", "of the repository around it")
    try expectGitsCommit(in: "main/part", "of the submodule")
    try git(["checkout", "--quiet", "--detach"], in: "main/part")
    try git(["commit", "--quiet", "--allow-empty", "-m", "x"], in: "main/part")
    try expectGitsCommit(in: "main/part", "of a detached head")
  }

  @Test(arguments: ["", "gitdir: ", "gitdir: nowhere", "gitdir: /dev/null", "nonsense"])
  func aFileThatNamesNoRepositoryHasNone(_ text: String) throws {
    try folder.write(text, to: ".git")
    #expect(head == nil)
  }

  @Test func outsideOfAWorkTreeThereIsNone() {
    #expect(GitHead.repository(above: folder.path) == nil && head == nil)
  }
}

@Suite struct RevisionRangeTests {
  @Test(arguments: [
    (nil, RevisionRange.headAndWorkTree),
    ("main", .since("main")),
    ("a..b", .commits("a", "b")),
    ("a..", .commits("a", "HEAD")),
    ("..b", .commits("HEAD", "b")),
    ("a...b", .mergeBase("a", "b")),
    ("...b", .mergeBase("HEAD", "b")),
    ("v1.0..v1.1", .commits("v1.0", "v1.1")),
    ("HEAD~2", .since("HEAD~2")),
  ])
  func dotsSeparateRevisionsAsInGit(_ text: String?, _ range: RevisionRange) {
    #expect(RevisionRange(text) == range)
  }
}
