import Foundation
import GRDB
import Model
import SQLiteStore
import Stores
import TestSupport
import Testing

@Suite struct FileTests {
  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  private func setMode(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  @Test func readingAStoreThatIsNotThereMakesNothing() async throws {
    let test = try StoreUnderTest()
    #expect(try await test.backend.read().isEmpty)
    #expect(try await test.backend.versions(of: name("a")).isEmpty)
    #expect(!FileManager.default.fileExists(atPath: test.folder.path + "/.vaultctl"))
  }

  @Test func onlyItsOwnerCanReachIt() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    #expect(try mode(test.path) == 0o600)
    #expect(try mode(test.folder.path + "/.vaultctl") == 0o700)
    for name in try FileManager.default.contentsOfDirectory(
      atPath: test.folder.path + "/.vaultctl")
    {
      #expect(try mode(test.folder.path + "/.vaultctl/" + name) == 0o600, "\(name)")
    }
  }

  @Test func refusesLooserModes() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    try setMode(0o640, test.path)
    let looseFile = StoreError.modeTooLoose(path: test.path, mode: 0o640, allowed: 0o600)
    await #expect(throws: looseFile) { _ = try await test.another().read() }
    await #expect(throws: looseFile) {
      _ = try await test.another().beginRun([], by: provenance)
    }
    try setMode(0o600, test.path)
    let folder = test.folder.path + "/.vaultctl"
    try setMode(0o755, folder)
    await #expect(
      throws: StoreError.modeTooLoose(path: folder, mode: 0o755, allowed: 0o700)
    ) { _ = try await test.another().read() }
  }

  @Test func followsNoSymbolicLink() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    let manager = FileManager.default
    try manager.moveItem(atPath: test.path, toPath: test.folder.path + "/real.db")
    try manager.createSymbolicLink(
      atPath: test.path, withDestinationPath: test.folder.path + "/real.db")
    await #expect(throws: StoreError.isSymlink(path: test.path)) {
      _ = try await test.another().read()
    }
    await #expect(throws: StoreError.isSymlink(path: test.path)) {
      _ = try await test.another().beginRun([], by: provenance)
    }
  }

  @Test(arguments: 0..<20)
  func refusesAFileThatIsNoStore(seed: Int) async throws {
    let test = try StoreUnderTest()
    try FileManager.default.createDirectory(
      atPath: test.folder.path + "/.vaultctl", withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700])
    var random = SeededGenerator(seed: UInt64(seed))
    let bytes = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }
    try Data(bytes).write(to: URL(fileURLWithPath: test.path))
    try setMode(0o600, test.path)
    await #expect(throws: StoreError.self) { _ = try await test.backend.read() }
    await #expect(throws: StoreError.self) {
      _ = try await test.backend.beginRun([], by: provenance)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: test.path)) == Data(bytes), "left as it is")
  }

  /// What is in the place of a store, and is none: SQLite itself would take some of it for an empty one,
  /// and all of the project would be created again.
  enum Impostor: String, CaseIterable {
    case noByte, text, noTable, otherTables, otherMigrations, firstPage, logAlone

    func put(in test: StoreUnderTest) throws {
      let url = URL(fileURLWithPath: test.path)
      switch self {
      case .noByte: try Data().write(to: url)
      case .text: try Data(String(repeating: "# vault.db\n", count: 500).utf8).write(to: url)
      case .noTable, .otherTables, .otherMigrations:
        try FileManager.default.removeItem(at: url)
        try test.execute("PRAGMA user_version = 1")
        if self == .noTable { break }
        try test.execute("CREATE TABLE theirs (x)")
        if self == .otherMigrations {
          try test.execute("CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
          try test.execute("INSERT INTO grdb_migrations VALUES ('theirs')")
        }
      case .firstPage: try Data(Data(contentsOf: url).prefix(4096)).write(to: url)
      case .logAlone:
        try FileManager.default.removeItem(at: url)
        try Data(count: 32).write(to: URL(fileURLWithPath: test.path + "-wal"))
        return
      }
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: test.path)
    }
  }

  @Test(arguments: Impostor.allCases)
  func refusesWhatIsInTheStoresPlace(_ impostor: Impostor) async throws {
    let test = try StoreUnderTest()
    try await test.create()
    try await DatabaseQueue(path: test.path).writeWithoutTransaction {
      _ = try $0.checkpoint(.truncate)
    }
    for ending in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: test.path + ending)
    }
    try impostor.put(in: test)
    func files() throws -> [String: Data] {
      let folder = test.folder.path + "/.vaultctl"
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      return try names.filter { !$0.hasSuffix("-shm") }.reduce(into: [:]) { files, name in
        files[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
      }.filter { $0.key == "vault.db" || !$0.value.isEmpty }
    }
    let before = try files()
    let store = test.another()
    await #expect(throws: StoreError.self) { _ = try await store.read() }
    await #expect(throws: StoreError.self) { _ = try await store.beginRun([], by: provenance) }
    await #expect(throws: StoreError.self) { try await store.copy(to: test.folder.path + "/copy") }
    await #expect(throws: StoreError.self) { try await store.check() }
    #expect(try files() == before, "left as it is")
  }

  /// A process was killed while it made the file.
  @Test func aHalfMadeStoreIsMadeAgain() async throws {
    let test = try StoreUnderTest()
    let folder = test.folder.path + "/.vaultctl"
    let draft = folder + "/.vaultctl-copy-0123456789abcdef"
    for path in [folder, draft] {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }
    for name in ["lock", "store.db", "store.db-wal", "store.db-shm", "store.db-journal"] {
      try Data("half".utf8).write(to: URL(fileURLWithPath: draft + "/" + name))
    }
    // Not ours, whatever it is.
    try Data("theirs".utf8).write(to: URL(fileURLWithPath: test.path + ".new"))
    for ending in ["-shm", "-journal"] {
      try Data("left".utf8).write(to: URL(fileURLWithPath: test.path + ending))
    }
    #expect(try await test.backend.read().isEmpty)
    try await test.create()
    #expect(try await test.another().read().actual.count == 1)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!names.contains { $0.hasPrefix(".vaultctl-copy-") }, "\(names)")
    #expect(try String(contentsOfFile: test.path + ".new", encoding: .utf8) == "theirs")
  }

  /// A row of no connection comes before those of one, in the order in which both are read.
  @Test(arguments: [true, false])
  func aRowOfNoConnectionConcernsNone(isSealed: Bool) async throws {
    let test = try StoreUnderTest()
    try await test.create("a")
    try await test.create("b")
    let before = try await test.another().read()
    let value = isSealed ? "NULL, X'00'" : "'\"x\"', NULL"
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    try await DatabaseQueue(path: test.path, configuration: configuration).write { db in
      try db.execute(
        sql: """
          INSERT INTO field (connection, name, version, plain, sealed)
          VALUES ('', 'token', 1, \(value)), ('zz', 'token', 1, \(value));
          INSERT INTO version (connection, number, content, provenance) VALUES ('', 1, 'x', 'x');
          """)
    }
    let store = test.another()
    let after = try await store.read()
    #expect(after.actual.mapValues(\.fields) == before.actual.mapValues(\.fields))
    #expect(after.actual.count == 2 && after.doubt == nil)
    #expect(try await store.secrets(of: [name("a"), name("b")]).count == 2)
    #expect(try await store.orphans() == ["field": 2, "version": 1])
    #expect(try await store.faults() == [])
    // A new key leaves nothing that only the old one opens.
    try await store.store.key?.update(makesNew: true, by: provenance)
    #expect(try await test.another().orphans().isEmpty)
    #expect(try await test.another().secrets(of: [name("a"), name("b")]).count == 2)
  }

  /// Bytes of a good file changed or cut off: an error of the store or a right answer, never a
  /// crash, and never a value that was not written.
  @Test(arguments: 0..<60)
  func survivesDamage(seed: Int) async throws {
    let test = try StoreUnderTest()
    try await test.create("a")
    try await DatabaseQueue(path: test.path).writeWithoutTransaction {
      try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
    var random = SeededGenerator(seed: UInt64(seed))
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: test.path)))
    if seed % 3 == 0 {
      bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
    } else {
      for _ in 0..<8 {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
    }
    try Data(bytes).write(to: URL(fileURLWithPath: test.path))
    try setMode(0o600, test.path)
    let store = test.another()
    do {
      let snapshot = try await store.read()
      #expect(snapshot.actual.count <= 1)
      _ = try await store.store.compareWithRecords([
        (FieldAddress(name("a"), "token"), secret("t0ken"))
      ])
    } catch is StoreError {}
  }

  @Test func refusesANewerSchema() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    try test.execute("INSERT INTO grdb_migrations (identifier) VALUES ('2099')")
    for store in [test.another(), test.another()] {
      await #expect(throws: StoreError.tooNew("its schema is newer than this version of vaultctl"))
      {
        _ = try await store.read()
      }
      await #expect(throws: StoreError.tooNew("its schema is newer than this version of vaultctl"))
      {
        _ = try await store.beginRun([], by: provenance)
      }
    }
  }

  @Test func holdsNoSecretInClear() async throws {
    let test = try StoreUnderTest()
    let marker = "canary-\(UInt64.random(in: 0 ... .max))"
    let record = try await test.create("a", token: marker)
    try await test.carryOut(
      write(
        "a", .update(record.storeID, from: "1"),
        fields: ["token": .secret(secret(marker + "-2"), ciphertext: "c2")]))
    let folder = test.folder.path + "/.vaultctl"
    for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
      #expect(bytes.range(of: Data(marker.utf8)) == nil, "\(file)")
    }
  }
}
