import Foundation
import GitPlumbing
import TestSupport
import Testing

/// File names come out as they are, whatever git would quote.
@Suite struct FileNameTests {
  private static let names = [
    "plain.yaml", "with space.yaml", "ümläut.yaml", "tab\there.yaml", "line\nbreak.yaml",
    "\"quoted\".yaml", "back\\slash.yaml", "folder/inner.yaml", "-dash.yaml", ":(top)magic.yaml",
  ]

  private let repository: TestRepository
  private var git: Git { repository.git }

  init() throws {
    repository = try TestRepository()
    for name in Self.names { try repository.write(name, to: name) }
  }

  @Test func aTreesListingHasThemAll() throws {
    let commit = try repository.commit()
    let files = Git.entries(
      in: try git.output(["ls-tree", "-r", "-z", "--full-tree", commit]), idAt: 2)
    #expect(Set(files.map(\.path)) == Set(Self.names))
    let contents = try git.objects(files.map(\.entry.id))
    #expect(contents.map { $0.map { String(decoding: $0, as: UTF8.self) } } == files.map(\.path))
  }

  @Test func theIndexsListingHasThemAll() throws {
    _ = try git.output(["add", "--all"])
    let files = Git.entries(in: try git.output(["ls-files", "-s", "-z"]), idAt: 1)
    #expect(Set(files.map(\.path)) == Set(Self.names))
  }

  @Test func stagedFilesAreRelativeToTheFolder() throws {
    _ = try git.output(["add", "--all"])
    #expect(Set(try git.stagedFiles()) == Set(Self.names))
    let inner = Git(folder: repository.folder.path + "/folder")
    #expect(try inner.stagedFiles() == ["inner.yaml"])
  }

  @Test func removedFilesAreNotStaged() throws {
    try repository.commit()
    _ = try git.output(["rm", "--quiet", "plain.yaml"])
    try repository.write("another", to: "with space.yaml")
    _ = try git.output(["add", "--all"])
    #expect(try git.stagedFiles() == ["with space.yaml"])
  }

  @Test func linksAndSubmodulesAreNoFiles() throws {
    try FileManager.default.createSymbolicLink(
      atPath: repository.folder.path + "/link.yaml", withDestinationPath: "plain.yaml")
    let first = try repository.commit()
    _ = try git.output(["update-index", "--add", "--cacheinfo", "160000,\(first),sub"])
    _ = try git.output(
      ["commit", "--quiet", "--no-gpg-sign", "-m", "submodule"],
      environment: TestRepository.identity)
    for (listing, index) in [
      (["ls-tree", "-r", "-z", "--full-tree", "HEAD"], 2), (["ls-files", "-s", "-z"], 1),
    ] {
      let entries = Git.entries(in: try git.output(listing), idAt: index)
      let others = entries.filter { $0.entry.kind != .file }
      #expect(others.map(\.path) == ["link.yaml", "sub"])
      #expect(others.map(\.entry.kind) == [.link, .submodule])
      #expect(Set(entries.map(\.path)) == Set(Self.names + ["link.yaml", "sub"]))
    }
    let differences = try git.differences(from: first, to: "HEAD", in: "")
    #expect(differences.map(\.new?.kind) == [.submodule])
    #expect(differences.map(\.old) == [nil])
  }

  @Test func sizesAreKnownWithoutReading() throws {
    try repository.write(String(repeating: "x", count: 70_000), to: "plain.yaml")
    let commit = try repository.commit()
    let none = String(repeating: "0", count: 40)
    #expect(
      try git.sizes(["\(commit):plain.yaml", none, "\(commit):folder/inner.yaml"])
        == [70_000, nil, "folder/inner.yaml".utf8.count])
  }

  @Test func differencesHaveBothObjects() throws {
    let before = try repository.commit()
    try repository.write("changed", to: "tab\there.yaml")
    try repository.write("new", to: "folder/new.yaml")
    try FileManager.default.removeItem(atPath: repository.folder.path + "/ümläut.yaml")
    let after = try repository.commit()
    let found = try git.differences(from: before, to: after, in: "")
    let changes = try found.map { path, old, new in
      let objects = try git.objects([old, new].compactMap { $0?.id }).map {
        String(decoding: $0 ?? [], as: UTF8.self)
      }
      return "\(path): \(old == nil ? "-" : "old"), \(new == nil ? "-" : "new"): \(objects)"
    }
    #expect(
      Set(changes) == [
        "tab\there.yaml: old, new: [\"tab\\there.yaml\", \"changed\"]",
        "folder/new.yaml: -, new: [\"new\"]", "ümläut.yaml: old, -: [\"ümläut.yaml\"]",
      ])
  }

  @Test func differencesBelowAFolderAreItsOwn() throws {
    let before = try repository.commit()
    try repository.write("changed", to: "plain.yaml")
    try repository.write("changed", to: "folder/inner.yaml")
    let after = try repository.commit()
    let found = try git.differences(from: before, to: after, in: "folder")
    #expect(found.map(\.path) == ["folder/inner.yaml"])
  }

  @Test func aFoldersNameIsNoPattern() throws {
    try repository.write("1", to: "f*/a.yaml")
    let before = try repository.commit()
    try repository.write("2", to: "f*/a.yaml")
    try repository.write("2", to: "folder/inner.yaml")
    let after = try repository.commit()
    let found = try git.differences(from: before, to: after, in: "f*")
    #expect(found.map(\.path) == ["f*/a.yaml"])
  }
}
