import Foundation
import Model
import SQLiteStore
import Stores
import TestSupport
import Testing

/// Copies of the file lie in folders that outlive no process but a killed one, and that one not for long.
@Suite struct CopyFolderTests {
  private func folders(_ test: StoreUnderTest) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: test.folder.path + "/.vaultctl")
      .filter { $0.hasPrefix(".vaultctl-copy-") }
  }

  @Test func onlyItsOwnerCanEnterIt() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    let folder = try await test.backend.makeCopyFolder(removingAbandoned: true)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
    #expect(attributes[.posixPermissions] as? Int == 0o700)
    try await test.backend.copy(to: folder.file)
    #expect(try await test.backend.check(folder.file) == 1)
    #expect(try folders(test).count == 1)
    folder.remove()
    #expect(try folders(test).isEmpty)
  }

  @Test func oneInUseStaysAndOneOfAKilledProcessGoes() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    let used = try await test.backend.makeCopyFolder(removingAbandoned: true)
    try Data("copy".utf8).write(to: URL(fileURLWithPath: used.file))
    // What a kill leaves: with files that nobody has locked, or before it had any.
    let left = [
      "1111111111111111": ["lock", "store.db", "store.db-wal", "store.db-shm", "store.db-journal"],
      "2222222222222222": [],
    ]
    for (digits, files) in left { try make(".vaultctl-copy-" + digits, files, test) }
    let checking = try await test.another().makeCopyFolder(removingAbandoned: false)
    #expect(try folders(test).count == 4)
    checking.remove()
    let next = try await test.another().makeCopyFolder(removingAbandoned: true)
    #expect(
      try Set(folders(test).map { test.folder.path + "/.vaultctl/" + $0 })
        == [used.path, next.path])
    #expect(FileManager.default.fileExists(atPath: used.file))
    used.remove()
    next.remove()
    #expect(try folders(test).isEmpty)
  }

  /// Names that only look like ours, and in ours what is not ours.
  @Test(arguments: [
    ("backup-mine", ["x"]), ("backup-1", ["lock"]), (".vaultctl-copy-mine", ["store.db"]),
    (".vaultctl-copy-111111111111111", ["lock"]), (".vaultctl-copy-11111111111111111", ["lock"]),
    (".vaultctl-copy-111111111111111G", ["lock"]), (".vaultctl-copy-1111111111111111", ["x"]),
    (".vaultctl-copy-1111111111111111", ["store.db"]),
  ])
  func whatOthersPutThereStays(name: String, files: [String]) async throws {
    let test = try StoreUnderTest()
    try await test.create()
    try make(name, files, test)
    let folder = try await test.backend.makeCopyFolder(removingAbandoned: true)
    folder.remove()
    let path = test.folder.path + "/.vaultctl/" + name
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == files)
  }

  /// Also in a folder that has our name and our lock.
  @Test func aFileThatIsNotOursKeepsItsFolder() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    try make(".vaultctl-copy-1111111111111111", ["lock", "vault.db"], test)
    try await test.backend.makeCopyFolder(removingAbandoned: true).remove()
    let path = test.folder.path + "/.vaultctl/.vaultctl-copy-1111111111111111"
    #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["vault.db"])
  }

  private func make(_ name: String, _ files: [String], _ test: StoreUnderTest) throws {
    let path = test.folder.path + "/.vaultctl/" + name
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    for file in files { try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/" + file)) }
  }

  @Test func theContentOfACopyIsChecked() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    let folder = try await test.backend.makeCopyFolder(removingAbandoned: true)
    defer { folder.remove() }
    try await test.backend.copy(to: folder.file)
    let whole = StoreContentCheck(faults: [])
    #expect(try await test.backend.contentCheck(of: folder.file) == whole)
    let closed = try await test.another(TestProtection(opens: false)).contentCheck(of: folder.file)
    #expect(closed.faults.isEmpty && closed.doubt != nil)
    try test.execute("UPDATE connection SET labels = '{\"team\":\"theirs\"}'")
    #expect(try await test.another().contentCheck(of: nil).faults.count == 1)
    #expect(try await test.another().contentCheck(of: folder.file) == whole)
  }
}
