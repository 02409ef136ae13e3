import Commands
import Diagnostics
import Foundation
import Manifests
import TestSupport
import Testing

@Suite struct ProjectFilesTests {
  private let folder: TemporaryFolder
  private let files: ProjectFiles

  init() throws {
    folder = try TemporaryFolder()
    files = ProjectFiles(root: folder.path)
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/" + name, withDestinationPath: target)
  }

  @Test func aListingIsSortedAndLeavesOutWhatIsHidden() throws {
    for name in ["c/b.yaml", "c/a.yaml", "c/d/e.yaml", "c/.hidden.yaml", "c/.git/f.yaml", "x.yaml"]
    {
      try folder.write("", to: name)
    }
    #expect(try files.files(at: "c") == ["c/a.yaml", "c/b.yaml", "c/d/e.yaml"])
    #expect(
      try files.files(at: ".") == ["c/a.yaml", "c/b.yaml", "c/d/e.yaml", "x.yaml"])
    #expect(try files.files(at: "x.yaml") == ["x.yaml"])
    #expect(try files.files(at: "nothing").isEmpty)
  }

  @Test func aLinkedFolderIsNotEntered() throws {
    try folder.write("", to: "real/a.yaml")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/c", withIntermediateDirectories: true)
    try link("c/linked", to: folder.path + "/real")
    try link("c/loop", to: folder.path)
    #expect(try files.files(at: "c") == ["c/linked", "c/loop"], "links are listed as files")
  }

  @Test func eachFileIsReadOrFailsByItself() throws {
    try folder.write("one", to: "a")
    try folder.write("", to: "empty")
    let read = files.read(["a", "missing", "empty"])
    #expect(try read[0].get() == Array("one".utf8))
    #expect(try read[2].get() == [])
    guard case .failure(let fault) = read[1] else {
      Issue.record("a missing file was read")
      return
    }
    #expect(fault.code == .unreadableFile && fault.location == .file("missing"))
  }

  @Test func replacingKeepsTheModeAndLeavesNothingBeside() throws {
    try folder.write("old", to: "a")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o640], ofItemAtPath: folder.path + "/a")
    try files.replace("a", with: Array("new".utf8))
    #expect(try folder.read("a") == "new")
    let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/a")[
      .posixPermissions]
    #expect(mode as? Int == 0o640)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a"])
  }

  @Test func aFileThatIsThereIsNotCreatedAgain() throws {
    try files.create("c/d/a", "first")
    let fault = #expect(throws: Diagnostic.self) { try files.create("c/d/a", "second") }
    #expect(fault?.code == .alreadyExists)
    #expect(try folder.read("c/d/a") == "first")
  }

  @Test func aFileThatCannotBeWrittenIsNamed() throws {
    let fault = #expect(throws: Diagnostic.self) {
      try files.replace("missing/folder/a", with: [])
    }
    #expect(fault?.code == .unreadableFile && fault?.location == .file("missing/folder/a"))
  }

  @Test func anUnusedNameGetsTheFirstFreeNumber() {
    let taken: Set<String> = ["a", "a-2", "b-2"]
    #expect(Scaffold.unusedName("a", isTaken: taken.contains) == "a-3")
    #expect(Scaffold.unusedName("b", isTaken: taken.contains) == "b")
  }
}

@Suite struct ProjectRootTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("", to: "outer/vaultctl.yaml")
    try folder.write("", to: "outer/inner/vaultctl.yaml")
    try folder.write("", to: "outer/inner/a/b/file")
    try folder.write("", to: "none/file")
  }

  @Test func theNearestProjectAboveIsFound() throws {
    let inner = folder.path + "/outer/inner"
    #expect(try ProjectRoot.find(nil, from: inner + "/a/b") == inner)
    #expect(try ProjectRoot.find(nil, from: inner) == inner)
    #expect(try ProjectRoot.find(nil, from: folder.path + "/outer") == folder.path + "/outer")
  }

  @Test func aFolderThatIsNamedMustHoldTheFileItself() throws {
    let inner = folder.path + "/outer/inner"
    #expect(try ProjectRoot.find(inner, from: "/") == inner)
    #expect(try ProjectRoot.find(inner + "/a/..", from: "/") == inner)
    let failure = #expect(throws: Failure.self) { try ProjectRoot.find(inner + "/a") }
    #expect(failure?.diagnostics.map(\.code) == [.projectNotFound])
  }

  @Test func withoutAProjectFileThereIsNone() {
    let failure = #expect(throws: Failure.self) {
      try ProjectRoot.find(nil, from: folder.path + "/none")
    }
    #expect(failure?.diagnostics.map(\.code) == [.projectNotFound])
    #expect(failure?.outcome == .failed)
  }
}
