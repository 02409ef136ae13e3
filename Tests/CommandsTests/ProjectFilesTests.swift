import Commands
import Diagnostics
import Foundation
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

  private func listed(at path: String) throws -> [String] {
    try files.entries(at: path).map { $0.kind == .file ? $0.path : "\($0.path) (\($0.kind))" }
  }

  @Test func aListingIsSortedAndLeavesOutWhatIsHidden() throws {
    for name in ["c/b.yaml", "c/a.yaml", "c/d/e.yaml", "c/.hidden.yaml", "c/.x/f.yaml", "x.yaml"] {
      try folder.write("", to: name)
    }
    #expect(try listed(at: "c") == ["c/a.yaml", "c/b.yaml", "c/d/e.yaml"])
    #expect(try listed(at: ".") == ["c/a.yaml", "c/b.yaml", "c/d/e.yaml", "x.yaml"])
    #expect(try listed(at: "x.yaml") == ["x.yaml"])
    #expect(try listed(at: "nothing").isEmpty)
    #expect(try listed(at: "x.yaml/below").isEmpty)
  }

  @Test func aLinkedFolderIsNotEntered() throws {
    try folder.write("", to: "real/a.yaml")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/c", withIntermediateDirectories: true)
    try link("c/linked", to: folder.path + "/real")
    try link("c/loop", to: folder.path)
    #expect(try listed(at: "c") == ["c/linked (link)", "c/loop (link)"])
    #expect(try listed(at: "c/linked") == ["c/linked (link)"])
    #expect(try listed(at: "c/linked/a.yaml") == ["c/linked (link)"], "on the way")
    #expect(files.exists("c/linked/nothing"), "who knows")
  }

  @Test func aRepositoryWithinIsNotEntered() throws {
    try folder.write("", to: "c/a.yaml")
    try folder.write("gitdir: elsewhere", to: "c/sub/.git")
    try folder.write("", to: "c/sub/b.yaml")
    try folder.write("", to: ".git/x.yaml")
    #expect(try listed(at: "c") == ["c/a.yaml", "c/sub (repository)"])
    #expect(try listed(at: ".") == ["c/a.yaml", "c/sub (repository)"])
  }

  /// None of these is opened in a way that waits, and none is read.
  @Test func whatIsNoFileIsRefusedWithoutReading() throws {
    let path = folder.path
    try folder.write("", to: "c/a.yaml")
    #expect(unsafe mkfifo(path + "/c/fifo.yaml", 0o600) == 0)
    try link("c/device.yaml", to: "/dev/zero")
    try link("c/dangling.yaml", to: "nowhere")
    let socket = try TestSocket(at: path + "/c/socket.yaml")
    defer { socket.close() }
    #expect(
      try listed(at: "c") == [
        "c/a.yaml", "c/dangling.yaml (link)", "c/device.yaml (link)", "c/fifo.yaml (special)",
        "c/socket.yaml (special)",
      ])
    let codes = files.read(
      ["c/fifo.yaml", "c/device.yaml", "c/dangling.yaml", "c/socket.yaml", "c", "c/none"],
      limit: 100
    ).map { result in
      if case .failure(let fault) = result { fault.code } else { nil as DiagnosticCode? }
    }
    #expect(
      codes == [
        .notRegularFile, .symbolicLink, .symbolicLink, .notRegularFile, .notRegularFile,
        .unreadableFile,
      ])
  }

  @Test func eachFileIsReadOrFailsByItself() throws {
    try folder.write("one", to: "a")
    try folder.write("", to: "empty")
    let read = files.read(["a", "missing", "empty"], limit: 100)
    #expect(try read[0].get() == Array("one".utf8))
    #expect(try read[2].get() == [])
    guard case .failure(let fault) = read[1] else {
      Issue.record("a missing file was read")
      return
    }
    #expect(fault.code == .unreadableFile && fault.location == .file("missing"))
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
