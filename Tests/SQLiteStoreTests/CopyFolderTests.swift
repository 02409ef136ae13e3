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
      .filter { $0.hasPrefix("backup-") }
  }

  @Test func onlyItsOwnerCanEnterIt() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    let folder = try await test.backend.makeCopyFolder()
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
    let used = try await test.backend.makeCopyFolder()
    try Data("copy".utf8).write(to: URL(fileURLWithPath: used.file))
    // What a kill leaves: without its lock, or before it had one.
    for (name, file) in [("backup-1", "lock"), ("backup-2", "store.db")] {
      let path = test.folder.path + "/.vaultctl/" + name
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      try Data().write(to: URL(fileURLWithPath: path + "/" + file))
    }
    let next = try await test.another().makeCopyFolder()
    #expect(
      try Set(folders(test).map { test.folder.path + "/.vaultctl/" + $0 })
        == [used.path, next.path])
    #expect(FileManager.default.fileExists(atPath: used.file))
    used.remove()
    next.remove()
    #expect(try folders(test).isEmpty)
  }

  @Test func theContentOfACopyIsChecked() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    let folder = try await test.backend.makeCopyFolder()
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
