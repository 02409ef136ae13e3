import Foundation
import Model
import SQLiteStore
import Stores
import TestSupport
import Testing

/// What a check of a whole file finds, before it is backed up or restored.
@Suite struct StoreContentTests {
  /// Two versions of a connection, and its tokens.
  private func filled() async throws -> StoreUnderTest {
    let test = try StoreUnderTest()
    let record = try await test.create("a", token: "t-1")
    let token: [FieldName: FieldWrite] = ["token": .secret(secret("t-2"), ciphertext: "c2")]
    try await test.carryOut(
      write("a", .update(record.storeID, from: record.version), fields: token))
    let kept = try await test.backend.openTokens(of: name("a"))
    _ = try await test.backend.swapTokens(
      TokenWrite(
        name: name("a"), id: kept.id, version: kept.version,
        record: TokenStoreContract.record(granted: ["read"]),
        tokens: .put(access: secret("access"), refresh: secret("refresh")), event: .refreshed,
        provenance: provenance))
    return test
  }

  private func check(_ test: StoreUnderTest) async throws -> StoreContentCheck {
    try await test.another().contentCheck(of: nil)
  }

  @Test func aStoreAsItWasWrittenHasNoFaults() async throws {
    let test = try await filled()
    #expect(try await check(test) == StoreContentCheck(faults: []))
  }

  /// No code has the bytes of what is sealed.
  @Test(arguments: [
    "UPDATE field SET sealed = zeroblob(60) WHERE sealed IS NOT NULL",
    "UPDATE token SET access = zeroblob(60)", "UPDATE token SET refresh = zeroblob(60)",
    "UPDATE version SET content = replace(content, 'bearer', 'basic') WHERE number = 1",
    "UPDATE version SET code = zeroblob(32) WHERE number = 2",
  ])
  func whatDoesNotOpenIsAFaultOfItsConnection(sql: String) async throws {
    let test = try await filled()
    try test.execute(sql)
    let found = try await check(test)
    #expect(found.faults.map(\.name) == ["a"] && found.doubt == nil, "\(found)")
  }

  @Test func withoutAnySecretNothingShowsWhoWroteIt() async throws {
    let test = try StoreUnderTest()
    try await test.carryOut(write("a", .create, setup: nil))
    let found = try await check(test)
    #expect(found.faults.isEmpty && found.doubt?.contains("no secret") == true, "\(found)")
  }

  // MARK: What has no code

  private func holder(_ token: String) -> LockHolder {
    LockHolder(
      token: token, who: token, host: "laptop", processID: 1, processStart: nil,
      since: provenance.at, lastSeen: provenance.at)
  }

  /// Nobody could apply any more, nor release it.
  @Test func aLockThatCannotBeReadIsReportedAndTaken() async throws {
    let test = try await filled()
    #expect(try await test.backend.tryLock(holder("ann")) == .acquired)
    try test.execute("UPDATE lock SET holder = replace(holder, 'token', 'tokem')")
    let faults = try await check(test).faults
    #expect(faults.count == 1 && faults[0].reason.contains("its lock cannot be read"), "\(faults)")
    #expect(try await test.another().tryLock(holder("bob")) == .acquired)
    await #expect(throws: StoreError.lockLost(by: holder("bob"))) {
      try await test.backend.heartbeat(holder("ann"), at: provenance.at)
    }
    #expect(try await check(test).faults.isEmpty)
  }

  @Test(arguments: [true, false])
  func aRunThatCannotBeReadIsReportedAndRecovered(isAccepted: Bool) async throws {
    let test = try await filled()
    _ = try await test.backend.beginRun([StoreIntent(name("b"), .create)], by: provenance)
    try test.execute("UPDATE run SET provenance = '{' WHERE ended_at IS NULL")
    let faults = try await check(test).faults
    #expect(faults.count == 1 && faults[0].reason.contains("of its journal"), "\(faults)")
    if isAccepted {
      try await test.another().accept()
      #expect(try await check(test).faults.isEmpty)
    }
    let runs = try await test.another().recoverInterruptedRuns()
    #expect(runs.map(\.planned) == [1] && runs.map(\.provenance.who) == ["-"])
    #expect(try await check(test).faults.isEmpty)
  }
}
