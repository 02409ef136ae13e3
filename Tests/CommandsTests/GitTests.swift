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
