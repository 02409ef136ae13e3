import FileChanges
import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileTransactionTests {
  private let folder: TemporaryFolder
  private let transaction: FileTransaction

  init() throws {
    folder = try TemporaryFolder()
    transaction = FileTransaction(root: folder.path, limit: 1 << 20)
    for name in ["a", "b"] { try folder.write("old \(name)", to: "c/\(name)") }
  }

  private func change(_ file: String, _ before: String?, _ after: String) -> FileChange {
    FileChange(file, from: before.map { Array($0.utf8) }, to: Array(after.utf8))
  }

  /// All names below the folder but that of the journal's own folder.
  private func names() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
      .filter { $0 != ".vaultctl" }
  }

  @Test func severalFilesAreChangedAndCreated() throws {
    try transaction.commit([
      change("c/a", "old a", "new a"), change("c/b", "old b", "new b"),
      change("d/e/f", nil, "made"),
    ])
    #expect(try folder.read("c/a") == "new a")
    #expect(try folder.read("c/b") == "new b")
    #expect(try folder.read("d/e/f") == "made")
    #expect(try names() == ["c", "c/a", "c/b", "d", "d/e", "d/e/f"])
  }

  @Test func whereOneFileHasMovedNothingIsChanged() throws {
    let fault = #expect(throws: ChangeFault.self) {
      try transaction.commit([
        change("c/a", "old a", "new a"), change("n/x", nil, "made"),
        change("c/b", "something else", "new b"),
      ])
    }
    #expect(fault == .moved("c/b"))
    #expect(try folder.read("c/a") == "old a")
    #expect(try names() == ["c", "c/a", "c/b"])
  }

  @Test func aChangeIsMadeAgainOnOtherBytes() throws {
    try transaction.commit([
      FileChange("c/a", from: Array("before".utf8), to: Array("unused".utf8)) { present in
        present.map { $0 + Array(" and more".utf8) }
      }
    ])
    #expect(try folder.read("c/a") == "old a and more")
  }

  @Test func aFileThatIsThereIsNotCreatedAgain() throws {
    let fault = #expect(throws: ChangeFault.self) {
      try transaction.commit([change("c/new", nil, "x"), change("c/a", nil, "x")])
    }
    #expect(fault == .exists("c/a"))
    #expect(try names() == ["c", "c/a", "c/b"])
    #expect(try folder.read("c/a") == "old a")
  }

  @Test func aPremiseMustHold() throws {
    let fault = #expect(throws: ChangeFault.self) {
      try transaction.commit(
        [change("c/a", "old a", "new a")], given: [FilePremise("c/b", Array("x".utf8))])
    }
    #expect(fault == .moved("c/b"))
    #expect(try folder.read("c/a") == "old a")
  }

  @Test(arguments: [0o600, 0o640, 0o444, 0o755])
  func theModeOfAFileIsKept(mode: Int) throws {
    let path = folder.path + "/c/a"
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    try transaction.commit([change("c/a", "old a", "new a")])
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == mode)
  }

  /// Only root can give a file away; as another user, the same change is refused.
  @Test func theOwnerOfAFileIsKept() throws {
    let path = folder.path + "/c/a"
    guard geteuid() == 0 else { return }
    #expect(unsafe chown(path, 65_534, 65_533) == 0)
    try transaction.commit([change("c/a", "old a", "new a")])
    var status = stat()
    #expect(unsafe lstat(path, &status) == 0)
    #expect(status.st_uid == 65_534 && status.st_gid == 65_533)
  }

  @Test func nothingIsWrittenThroughALink() throws {
    let other = try TemporaryFolder()
    try other.write("theirs", to: "a")
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: folder.path + "/linked", withDestinationPath: other.path)
    try manager.createSymbolicLink(
      atPath: folder.path + "/c/link", withDestinationPath: other.path + "/a")
    for (file, before) in [("linked/new", nil), ("linked/a", "theirs"), ("c/link", "theirs")] {
      let fault = #expect(throws: ChangeFault.self) {
        try transaction.commit([change(file, before, "x")])
      }
      let path = file == "c/link" ? file : "linked"
      #expect(fault == .unreadable(path, .link))
    }
    try manager.removeItem(atPath: folder.path + "/.vaultctl")
    try manager.createSymbolicLink(
      atPath: folder.path + "/.vaultctl", withDestinationPath: other.path)
    let fault = #expect(throws: ChangeFault.self) {
      try transaction.commit([change("c/a", "old a", "x")])
    }
    #expect(fault == .unreadable(".vaultctl", .link))
    #expect(try manager.contentsOfDirectory(atPath: other.path) == ["a"])
    #expect(try other.read("a") == "theirs")
  }

  @Test func whatIsNoFileIsNotReplaced() throws {
    #expect(unsafe mkfifo(folder.path + "/c/fifo", 0o600) == 0)
    let fault = #expect(throws: ChangeFault.self) {
      try transaction.commit([change("c/fifo", "x", "y")])
    }
    #expect(fault == .unreadable("c/fifo", .notRegular))
  }

  @Test func withoutAJournalNothingIsWritten() throws {
    #expect(try transaction.recover() == nil)
    #expect(try names() == ["c", "c/a", "c/b"])
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/.vaultctl"))
  }

  /// It came with a clone: it names another inode than its own.
  @Test(arguments: [
    #"{"entries":[{"after":"00","before":"00","file":"c/a","temporary":"c/.vaultctl-00"}],"folders":[],"inode":1}"#,
    #"{"inode":1}"#, "nonsense",
  ])
  func aJournalOfAnotherFolderIsNotCarriedOut(line: String) throws {
    try folder.write(line + "\ncommit\n", to: ".vaultctl/changes")
    try folder.write("evil", to: "c/.vaultctl-00")
    let before = try Sandbox.contents(of: folder.path)
    #expect(throws: ChangeFault.foreignJournal) { try transaction.recover() }
    #expect(throws: ChangeFault.foreignJournal) {
      try transaction.commit([change("c/a", "old a", "x")])
    }
    #expect(try Sandbox.contents(of: folder.path) == before)
  }

  /// With its own inode, which only a program of this machine knows, it still stays in the project.
  @Test(arguments: [
    ("../a", "../.vaultctl-00"), ("c/a", "c/b"), ("c/../../a", "c/../../.vaultctl-00"),
    ("/etc/passwd", "/etc/.vaultctl-00"), ("c/a", ".vaultctl-00"),
  ])
  func aJournalNamesFilesOfTheProjectAlone(file: String, temporary: String) throws {
    try folder.write("", to: ".vaultctl/changes")
    var status = stat()
    #expect(unsafe lstat(folder.path + "/.vaultctl/changes", &status) == 0)
    let entry = #"{"after":"00","before":"00","file":"\#(file)","temporary":"\#(temporary)"}"#
    let handle = try FileHandle(
      forWritingTo: URL(fileURLWithPath: folder.path + "/.vaultctl/changes"))
    try handle.write(
      contentsOf: Data(
        #"{"entries":[\#(entry)],"folders":[],"inode":\#(status.st_ino)}"#.utf8)
        + Data("\ncommit\n".utf8))
    try handle.close()
    #expect(throws: ChangeFault.foreignJournal) { try transaction.recover() }
  }

  /// A command was killed before its journal's first line was complete, or had one.
  @Test(arguments: ["", #"{"entries":[{"after":"0"#])
  func anIncompleteJournalIsRemoved(text: String) throws {
    try folder.write(text, to: ".vaultctl/changes")
    #expect(try transaction.recover() == nil)
    #expect(try names() == ["c", "c/a", "c/b"])
  }

  /// Each of them adds its line to both files: none is lost, and no reader of one sees the other behind.
  @Test func changesOfManyThreadsAreAllMade() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<24 {
        group.addTask { [transaction] in
          try await apart {
            let line = Array("\nline \(number)".utf8)
            try transaction.commit(
              ["c/a", "c/b"].map { file in
                FileChange(file, from: [], to: line) { present in present.map { $0 + line } }
              })
          }
        }
      }
      try await group.waitForAll()
    }
    for name in ["a", "b"] {
      let lines = try folder.read("c/\(name)").split(separator: "\n").dropFirst()
      #expect(Set(lines) == Set((0..<24).map { "line \($0)" }))
    }
    #expect(try names() == ["c", "c/a", "c/b"])
  }
}
