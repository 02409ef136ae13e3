import Foundation
import GRDB
import Ledgers
import Model
import Secrets
import Stores
import TestSupport
import Testing

@testable import SQLiteStore

/// A service has the store's file open for months; a restore puts another file in its place.
@Suite struct ReplacedFileTests {
  private let test: StoreUnderTest
  private let copy: String

  /// A store with tokens, and a copy of that moment.
  init() async throws {
    test = try StoreUnderTest()
    copy = test.folder.path + "/copy.db"
    try await test.create()
    try await test.put(access: "first")
    try await test.backend.copy(to: copy)
  }

  private func moveAside() throws {
    let manager = FileManager.default
    let aside = test.folder.path + "/aside"
    try manager.createDirectory(
      atPath: aside, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    for ending in ["", "-wal", "-shm"] where manager.fileExists(atPath: test.path + ending) {
      try manager.moveItem(atPath: test.path + ending, toPath: aside + "/vault.db" + ending)
    }
  }

  private func tokenVersion(of path: String) throws -> Int64? {
    try SQLiteFile(path: path).reading(.tokens, ifAbsent: nil) { db in
      try Int64.fetchOne(db, sql: "SELECT version FROM token")
    }
  }

  private func failure(of work: (Database) throws -> Void) -> StoreError? {
    do throws(StoreError) {
      try test.backend.file.writing(work)
      return nil
    } catch {
      return error
    }
  }

  @Test func tokensGoToTheFileThatIsThereNow() async throws {
    try await test.put(access: "second")
    try moveAside()
    try test.backend.file.install(copy)
    #expect(try tokenVersion(of: test.path) == 1)
    try await test.put(access: "third")
    let tokens = try await test.another(test.protection).openTokens(of: name("twilio-prod"))
    #expect(tokens.version == 2)
    #expect(tokens.access?.constantTimeEquals(secret("third")) == true)
    #expect(try tokenVersion(of: test.folder.path + "/aside/vault.db") == 2, "left as it was")
  }

  @Test func noStoreIsMadeInThePlaceOfAMovedOne() async throws {
    try moveAside()
    #expect(failure(of: { _ in }) == StoreError.unavailable("its file was moved or removed"))
    #expect(!FileManager.default.fileExists(atPath: test.path))
    try test.backend.file.install(copy)
    try await test.put(access: "second")
    #expect(try tokenVersion(of: test.path) == 2)
  }

  /// The transaction waited for another one, or took its time.
  @Test func aTransactionEndsInNoFileThatWasReplacedMeanwhile() async throws {
    let failure = failure(of: { db in
      try db.execute(sql: "UPDATE token SET version = 7")
      try moveAside()
      try FileManager.default.moveItem(atPath: copy, toPath: test.path)
    })
    #expect(failure == StoreError.unavailable("its file was replaced meanwhile"))
    #expect(try tokenVersion(of: test.path) == 1)
    try await test.put(access: "second")
    #expect(try tokenVersion(of: test.path) == 2)
  }

  /// Its numbers continue from those of the copy, up to and beyond those that were seen.
  @Test(arguments: [0, 1, 2])
  func aReaderOfTheLogSeesThatItIsAnother(added: Int) async throws {
    func add(at time: Int64) throws {
      try test.execute(
        """
        INSERT INTO event (at, who, what, connection, tool) VALUES (?, 'ann', 'update', 'a', 'x')
        """, [time])
    }
    let time: Int64 = 2_000_000_000_000
    try add(at: time)
    let cursor = try await test.backend.currentCursor()
    #expect(try await test.backend.events(after: cursor).0.isEmpty)
    try moveAside()
    try test.backend.file.install(copy)
    for number in 0..<added { try add(at: time + 1 + Int64(number)) }
    let (events, next) = try await test.backend.events(after: cursor)
    let expected: [StoreEvent.Kind] =
      [.storeReplaced] + Array(repeating: .updated, count: added)
    #expect(events.map(\.kind) == expected)
    #expect(try await test.backend.events(after: next).0.isEmpty)
    try add(at: time + 9)
    #expect(try await test.backend.events(after: next).0.map(\.kind) == [.updated])
  }

  @Test func aLedgerGoesToTheFileThatIsThereNow() throws {
    let path = test.folder.path + "/.ledger/ledger.db"
    let ledger = SQLiteLedger(path: path, name: "it")
    let draft = LedgerDraft(LedgerContents(), since: nil)
    try ledger.reset(to: draft, by: provenance)
    try SQLiteFile(path: path).copy(to: test.folder.path + "/ledger.db")
    try ledger.reset(to: draft, by: provenance)
    for ending in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: path + ending)
    }
    try SQLiteFile(path: path).install(test.folder.path + "/ledger.db")
    try ledger.reset(to: draft, by: provenance)
    #expect(try SQLiteLedger(path: path, name: "it").log().count == 2)
  }
}
