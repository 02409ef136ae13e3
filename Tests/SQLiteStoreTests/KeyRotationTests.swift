import Foundation
import GRDB
import Model
import Secrets
import Stores
import TestSupport
import Testing

@testable import SQLiteStore

/// A new key of a store: everything in the file is sealed under it, and nothing is left under the old.
@Suite struct KeyRotationTests {
  private static let field: FieldName = "token"

  private func key(_ test: StoreUnderTest) async throws -> StoreKey {
    let sealed = try #require(try await test.another().key.sealed())
    return try StoreKey(try await test.protection.open(sealed), sealed: sealed)
  }

  /// Every sealed value of the file: fields, kept versions, tokens.
  private func sealed(_ test: StoreUnderTest) throws -> [Data] {
    try DatabaseQueue(path: test.path).read { db in
      let versions = try String.fetchAll(db, sql: "SELECT content FROM version")
        .map { try JSONDecoder().decode(VersionTable.Content.self, from: Data($0.utf8)) }
      return try Data.fetchAll(db, sql: "SELECT sealed FROM field WHERE sealed IS NOT NULL")
        + Data.fetchAll(db, sql: "SELECT access FROM token WHERE access IS NOT NULL")
        + Data.fetchAll(db, sql: "SELECT refresh FROM token WHERE refresh IS NOT NULL")
        + versions.flatMap { $0.fields.values.compactMap(\.sealed) }
    }
  }

  /// Two versions of a connection, and its tokens.
  private func filled() async throws -> (StoreUnderTest, AppliedRecord) {
    let test = try StoreUnderTest()
    let first = try #require(
      try await test.carryOut(
        write("a", .create, fields: [Self.field: .secret(secret("v4lue-1"), ciphertext: "c1")])))
    let record = try #require(
      try await test.carryOut(
        write(
          "a", .update(first.storeID, from: first.version),
          fields: [Self.field: .secret(secret("v4lue-2"), ciphertext: "c2")])))
    _ = try await put(test.backend, record, version: 0, access: "acc3ss-1")
    return (test, record)
  }

  private func put(
    _ backend: SQLiteBackend, _ record: AppliedRecord, version: Int64, access: String
  ) async throws -> Int64 {
    let refresh = secret("r3fresh")
    let digest = try await backend.refreshDigest(of: refresh, in: record.storeID)
    return try await backend.swapTokens(
      TokenWrite(
        name: name("a"), id: record.storeID, version: version,
        record: TokenRecord(
          client: ClientIdentity(id: "id", digest: ""), grant: .authorizationCode, requested: [],
          claim: TokenClaim(
            attempt: TokenAttempt("one"), holder: "ann",
            deadline: Timestamp(milliseconds: 0), refreshDigest: digest)),
        tokens: .put(access: secret(access), refresh: refresh), provenance: provenance))
  }

  private func bytesOnDisk(_ test: StoreUnderTest) throws -> Data {
    try ["", "-wal", "-journal"].reduce(into: Data()) { bytes, end in
      let file = test.path + end
      if FileManager.default.fileExists(atPath: file) {
        bytes += try Data(contentsOf: URL(fileURLWithPath: file))
      }
    }
  }

  @Test func everythingIsSealedAgainAndNothingIsLeft() async throws {
    let (test, record) = try await filled()
    let old = try await key(test)
    let before = try sealed(test)
    #expect(before.count == 5)
    try await test.backend.key.update(makesNew: true, by: provenance)

    let new = try await key(test)
    #expect(old.generation == 1 && new.generation == 2)
    let after = try sealed(test)
    #expect(after.count == 5 && Set(after).isDisjoint(with: before))
    let disk = try bytesOnDisk(test)
    for value in before {
      #expect(disk.range(of: value) == nil, "a page or the log still has it")
    }

    let store = test.another().store
    let address = FieldAddress(try name("a"), Self.field)
    let opened = try await store.secrets?.secrets(of: [name("a")])[address]
    #expect(opened?.constantTimeEquals(secret("v4lue-2")) == true)
    #expect(
      try await store.compareWithRecords([(address, secret("v4lue-2")), (address, secret("x"))])
        == [.same, .different])
    let tokens = try #require(try await store.tokens?.openTokens(of: name("a")))
    #expect(tokens.access?.constantTimeEquals(secret("acc3ss-1")) == true)
    #expect(
      tokens.record?.claim?.refreshDigest
        == new.digest(secret("r3fresh"), in: record.storeID, field: "refresh_token"))
    _ = try await store.history?.rollBack(name("a"), to: "1", by: provenance)
    let back = try await store.secrets?.secrets(of: [name("a")])[address]
    #expect(back?.constantTimeEquals(secret("v4lue-1")) == true)
  }

  /// Another process has the old key open: it reads on, and writes nothing under it.
  @Test func aProcessWithTheOldKeyTakesTheNewOne() async throws {
    let (test, record) = try await filled()
    let watching = test.another()
    let tokens = try await watching.openTokens(of: name("a"))
    try await test.backend.key.update(makesNew: true, by: provenance)
    #expect(
      try await watching.openTokens(of: name("a")).access?.constantTimeEquals(secret("acc3ss-1"))
        == true)

    let late = test.another()
    _ = try await late.openTokens(of: name("a"))
    try await test.another().key.update(makesNew: true, by: provenance)
    _ = try await put(late, record, version: tokens.version, access: "acc3ss-2")
    #expect(try await key(test).generation == 3)
    let found = try await test.another().openTokens(of: name("a"))
    #expect(found.access?.constantTimeEquals(secret("acc3ss-2")) == true)

    let writing = test.another()
    _ = try await writing.openTokens(of: name("a"))
    try await test.another().key.update(makesNew: true, by: provenance)
    let run = try await writing.beginRun([], by: provenance)
    _ = try await run.writer.carryOut(
      write("b", .create, fields: [Self.field: .secret(secret("v4lue-b"), ciphertext: "c3")]))
    let address = FieldAddress(try name("b"), Self.field)
    let opened = try await test.another().secrets(of: [name("b")])[address]
    #expect(opened?.constantTimeEquals(secret("v4lue-b")) == true)
  }

  @Test func ofTwoReplacementsOneWins() async throws {
    let (test, _) = try await filled()
    let (one, two) = (test.another(), test.another())
    let old = try #require(try await one.key.present())
    try await one.key.update(makesNew: true, by: provenance)
    let storage = SQLiteKeyStorage(file: SQLiteFile(path: test.path))
    #expect(throws: StoreError.self) {
      try storage.replaceSealedKey(KeyRotation(from: old, to: old), by: provenance)
    }
    let address = FieldAddress(try name("a"), Self.field)
    #expect(try await two.secrets(of: [name("a")])[address] != nil)
  }

  /// A value that does not open stops everything, and the old key stays.
  @Test func aDamagedValueLeavesTheOldKey() async throws {
    let (test, _) = try await filled()
    let before = try sealed(test)
    try test.execute("UPDATE token SET access = x'00112233445566778899'")
    await #expect(throws: StoreError.self) {
      try await test.another().key.update(makesNew: true, by: provenance)
    }
    #expect(try await key(test).generation == 1)
    #expect(try Set(sealed(test)).intersection(before).count == 3)
  }

  /// Killed between the replacement and the removal of what it left.
  @Test func theNextRunRemovesWhatAKilledOneLeft() async throws {
    let (test, _) = try await filled()
    try await test.backend.key.update(makesNew: true, by: provenance)
    try test.execute(
      "UPDATE run SET ended_at = NULL WHERE planned = 0 AND id = (SELECT max(id) FROM run)")
    let runs = try await test.another().recoverInterruptedRuns()
    #expect(runs.count == 1)
    let size = try FileManager.default.attributesOfItem(atPath: test.path + "-wal")[.size]
    #expect(size as? Int ?? 0 == 0)
  }
}
