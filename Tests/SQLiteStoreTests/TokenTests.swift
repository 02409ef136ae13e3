import Foundation
import GRDB
import Model
import SQLiteStore
import Secrets
import Stores
import TestSupport
import Testing

@Suite struct TokenTests {
  @Test(arguments: TokenStoreContract.Case.allCases)
  func keepsTheContract(tried: TokenStoreContract.Case) async throws {
    let test = try StoreUnderTest()
    try await TokenStoreContract(test.backend.store, another: test.another().store).run(tried)
  }

  @Test func noTokenIsInTheFile() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    try await test.put(access: "acc3ss-kAnArIe-1", refresh: "r3fresh-kAnArIe-1")
    try await test.put(access: "acc3ss-kAnArIe-2", refresh: "r3fresh-kAnArIe-2")
    for file in try FileManager.default.contentsOfDirectory(atPath: test.folder.path + "/.vaultctl")
    {
      let bytes = try #require(
        FileManager.default.contents(atPath: test.folder.path + "/.vaultctl/" + file))
      #expect(bytes.range(of: Data("kAnArIe".utf8)) == nil, "\(file)")
    }
  }

  @Test func recordsNeedNoKeyAndTokensDo() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    try await test.put(access: "a", refresh: "r")
    let locked = test.another(TestProtection(opens: false))
    let name = try name("twilio-prod")
    #expect(try await locked.tokenRecords()[name]?.record.tokens != nil)
    await #expect(throws: StoreError.self) { _ = try await locked.openTokens(of: name) }
  }

  @Test(arguments: [
    "UPDATE token SET access = refresh", "UPDATE token SET sealed_at = sealed_at + 1",
    "UPDATE token SET refresh = zeroblob(60)",
  ])
  func aTokenThatWasMovedOrChangedIsNotOpened(sql: String) async throws {
    let test = try StoreUnderTest()
    try await test.create()
    try await test.put(access: "a", refresh: "r")
    try test.execute(sql)
    let name = try name("twilio-prod")
    await #expect(throws: StoreError.self) { _ = try await test.another().openTokens(of: name) }
  }

  /// A file of the version before tokens is read as it is, and brought up to date by a write alone.
  @Test func aStoreFromBeforeTokensIsReadAndThenBroughtUpToDate() async throws {
    let test = try StoreUnderTest()
    try await test.carryOut(write("twilio-prod", .create, setup: nil))
    try test.execute(
      """
      DROP TABLE token; DROP TABLE code; DROP TABLE code_state; ALTER TABLE version DROP COLUMN code;
      DELETE FROM grdb_migrations WHERE identifier IN ('tokens', 'codes')
      """)
    let old = test.another()
    let name = try name("twilio-prod")
    #expect(try await old.read().actual.keys.map { $0 } == [name])
    #expect(try await old.tokenRecords().isEmpty)
    #expect(try await old.openTokens(of: name).version == 0)
    #expect(
      try test.value(Int.self, "SELECT count(*) FROM sqlite_master WHERE name = 'token'") == 0)
    try await StoreUnderTest(folder: test.folder, backend: old, protection: test.protection)
      .put(access: "a")
    #expect(try await old.openTokens(of: name).version == 1)
  }

  @Test(arguments: [Int64.max, -1, .min])
  func aVersionOutOfRangeIsNotCountedOn(number: Int64) async throws {
    let test = try StoreUnderTest()
    try await test.create()
    try await test.put(access: "a", refresh: "r")
    try test.execute("PRAGMA ignore_check_constraints = ON; UPDATE token SET version = \(number)")
    let failure = await #expect(throws: StoreError.self) {
      try await test.put(access: "b", refresh: "r")
    }
    #expect(failure?.isCorrupt ?? false, "\(failure as Any)")
  }
}

extension StoreError {
  var isCorrupt: Bool { if case .corrupt = self { true } else { false } }
}
