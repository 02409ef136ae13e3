import Foundation
import GRDB
import Model
import Processes
import SQLiteStore
import Stores
import TestSupport
import Testing

@Suite struct LockTests {
  private let now = Timestamp(milliseconds: 1_790_000_000_000)

  private func holder(
    _ token: String, process: Int32 = ProcessInfo.processInfo.processIdentifier,
    start: String? = nil, host: String = "laptop", at time: Timestamp? = nil
  ) -> LockHolder {
    LockHolder(
      token: token, who: "\(token)@\(host)", host: host, processID: process,
      processStart: start, since: time ?? now, lastSeen: time ?? now)
  }

  @Test func isHeldByOneAtATime() async throws {
    let test = try StoreUnderTest()
    let ann = holder("ann")
    #expect(try await test.backend.tryLock(ann) == .acquired)
    #expect(try await test.another().tryLock(holder("bob")) == .held(by: ann))
    try await test.another().unlock(holder("bob"))
    #expect(
      try await test.another().tryLock(holder("bob")) == .held(by: ann),
      "who does not hold it cannot release it")
    try await test.backend.unlock(ann)
    #expect(try await test.another().tryLock(holder("bob")) == .acquired)
  }

  @Test func isTakenFromAHolderThatWasSilent() async throws {
    let test = try StoreUnderTest()
    let ann = holder("ann", host: "elsewhere")
    #expect(try await test.backend.tryLock(ann) == .acquired)
    let early = holder("bob", at: now.adding(seconds: 59))
    #expect(try await test.backend.tryLock(early) == .held(by: ann))
    let late = holder("bob", at: now.adding(seconds: 60))
    #expect(try await test.backend.tryLock(late) == .takenOver(from: ann))
    await #expect(throws: StoreError.lockLost(by: late)) {
      try await test.backend.heartbeat(ann, at: now.adding(seconds: 61))
    }
  }

  @Test func aSignOfLifeKeepsIt() async throws {
    let test = try StoreUnderTest()
    let ann = holder("ann", host: "elsewhere")
    #expect(try await test.backend.tryLock(ann) == .acquired)
    try await test.backend.heartbeat(ann, at: now.adding(seconds: 50))
    let outcome = try await test.backend.tryLock(holder("bob", at: now.adding(seconds: 100)))
    guard case .held(let other) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(other.since == now && other.lastSeen == now.adding(seconds: 50))
  }

  @Test func isTakenFromAProcessThatIsGone() async throws {
    let ended = try ChildProcess(["/bin/true"])
    let id = ended.id
    ended.wait()
    let test = try StoreUnderTest()
    let dead = holder("dead", process: id)
    #expect(try await test.backend.tryLock(dead) == .acquired)
    #expect(try await test.backend.tryLock(holder("bob")) == .takenOver(from: dead))
  }

  @Test func isTakenFromAProcessWhoseIdIsAnotherOnesByNow() async throws {
    let test = try StoreUnderTest()
    let reused = holder("ann", start: "1")
    #expect(try await test.backend.tryLock(reused) == .acquired)
    #expect(try await test.backend.tryLock(holder("bob")) == .takenOver(from: reused))
    let own = holder(
      "own", start: ProcessIdentity.start(of: ProcessInfo.processInfo.processIdentifier))
    try await test.backend.unlock(holder("bob"))
    #expect(try await test.backend.tryLock(own) == .acquired)
    #expect(try await test.backend.tryLock(holder("bob")) == .held(by: own))
  }

  @Test func aProcessOfAnotherHostCannotBeLookedAt() async throws {
    let test = try StoreUnderTest()
    let elsewhere = holder("ann", start: "1", host: "elsewhere")
    #expect(try await test.backend.tryLock(elsewhere) == .acquired)
    #expect(try await test.backend.tryLock(holder("bob")) == .held(by: elsewhere))
  }

  @Test func ofManyThatAskAtOnceOneGetsIt() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    let outcomes = await withTaskGroup(of: LockOutcome?.self) { group in
      for number in 0..<8 {
        let store = test.another()
        let candidate = holder("runner-\(number)")
        group.addTask {
          while true {
            do throws(StoreError) {
              return try await store.tryLock(candidate)
            } catch {
              // The others had the file for longer than it is waited for.
              guard case .busy = error else { return nil }
            }
          }
        }
      }
      return await group.reduce(into: [LockOutcome?]()) { $0.append($1) }
    }
    #expect(outcomes.count { $0 == .acquired } == 1)
    #expect(!outcomes.contains(nil))
  }

  /// A transaction of another process, on a disk that is slow.
  @Test func whoWantsTheLockIsToldOfATransactionThatTakesLong() async throws {
    let test = try StoreUnderTest()
    try await test.create()
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: test.path, configuration: configuration)
    try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    await #expect(throws: StoreError.busy("another process is using it")) {
      try await test.another().tryLock(holder("bob"))
    }
    let impatient = SQLiteBackend(
      path: test.path, shownPath: "vault.db", patience: 0, protection: TestProtection())
    await #expect(throws: StoreError.busy("another process is using it")) {
      try await impatient.unlock(holder("bob"))
    }
    try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
    #expect(try await test.another().tryLock(holder("bob")) == .acquired)
  }
}
