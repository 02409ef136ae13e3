import GRDB
import Model
import Stores
import TestSupport
import Testing

@testable import SQLiteStore

/// Writes that share a commit, and what a commit is worth.
@Suite struct GroupCommitTests {
  @Test func aCommitIsOnTheDiskWhenItIsReported() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    // https://www.sqlite.org/pragma.html: 2 is FULL, 1 means that what is removed is overwritten.
    let settings = try test.backend.file.writing { db in
      try ["synchronous", "secure_delete", "foreign_keys"].map {
        try Int.fetchOne(db, sql: "PRAGMA \($0)")
      }
    }
    #expect(settings == [2, 1, 1])
    #expect(try test.value(String.self, "PRAGMA journal_mode") == "wal")
  }

  @Test func eachOfManyIsAllOrNothingByItself() async throws {
    let test = try StoreUnderTest()
    try await test.create("taken")
    let run = try await test.backend.beginRun([], by: provenance)
    // Every third one has a name that is there already, and fails after its first statements.
    let names = (0..<90).map { $0 % 3 == 0 ? "taken" : "new-\($0)" }
    let failed = await withTaskGroup(of: Bool.self) { group in
      for name in names {
        group.addTask {
          do {
            let write = try write(
              name, .create, fields: ["base_url": .plain(.string("https://a.b"))])
            return try await run.writer.carryOut(write) == nil
          } catch {
            return name == "taken" && "\(error)".contains("nameTaken")
          }
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(failed == 30)
    let snapshot = try await test.another().read()
    #expect(snapshot.actual.count == 61 && snapshot.applied.count == 61)
    #expect(snapshot.applied.allSatisfy { $0.value.storeID == snapshot.actual[$0.key]?.id })
    let done = try test.value(Int.self, "SELECT count(*) FROM intent WHERE done = 1")
    #expect(done == 61)
  }

  @Test func theKeyIsMadeOnceForManyWrites() async throws {
    let test = try StoreUnderTest()
    let run = try await test.backend.beginRun([], by: provenance)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask {
          let write = try write(
            "secret-\(number)", .create, fields: ["token": .secret(secret("t"), ciphertext: "c")])
          _ = try await run.writer.carryOut(write)
        }
      }
      try await group.waitForAll()
    }
    #expect(try await test.another().read().actual.count == 40)
    #expect(await test.protection.sealings == 1)
  }
}
