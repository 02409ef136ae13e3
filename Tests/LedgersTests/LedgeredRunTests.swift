import Foundation
import Ledgers
import Model
import Secrets
import Stores
import Synchronization
import TestSupport
import Testing

/// Runs of a ledgered store with a remote: when outcomes are shared, and what a killed run leaves.
@Suite struct LedgeredRunTests {
  /// Seconds that a test lets pass.
  private final class Clock: Sendable {
    private let elapsed = Mutex<Int64>(0)
    func advance(seconds: Int64) { elapsed.withLock { $0 += seconds } }
    var provenance: Provenance {
      Provenance(
        who: "ann@laptop",
        at: Timestamp(milliseconds: 1_790_000_000_000).adding(
          seconds: elapsed.withLock { $0 }), toolVersion: "0.1.0", commit: nil)
    }
  }

  private let repositories: GitRepositories
  private let backend = MemoryBackend()
  private let clock = Clock()

  init() throws { repositories = try GitRepositories() }

  private func store(in clone: String) throws -> Store {
    LedgeredBackend(
      backend, ledger: try repositories.clone(clone), catalog: Catalog([]),
      protection: TestProtection(), authentication: { _ in nil },
      provenance: { [clock] in clock.provenance }
    ).store
  }

  private func holder(_ token: String) -> LockHolder {
    let now = clock.provenance.at
    return LockHolder(
      token: token, who: "\(token)@there", host: "there", processID: 1, processStart: nil,
      since: now, lastSeen: now)
  }

  private func write(
    _ connection: String, _ action: StoreWrite.Action, value: String = "t0ken"
  ) throws -> StoreWrite {
    try TestSupport.write(
      connection, action, app: "twilio", setup: "api_key",
      fields: ["api_key": .secret(secret(value), ciphertext: "c1")])
  }

  private func run(_ store: Store, _ writes: [StoreWrite]) async throws -> ApplyRun {
    #expect(try await store.lock.tryLock(holder("first")) == .acquired)
    return try await store.journal.beginRun(
      writes.map { write in
        StoreIntent(
          write.name, write.action,
          draft: AppliedRecord(
            storeID: "", version: "", app: write.app, setupType: write.setupType,
            fields: ["api_key": .sealed(ciphertext: "c1", value: nil, version: nil)],
            provenance: provenance))
      }, by: provenance)
  }

  /// The next process takes the dead one's lock over, and recovers.
  private func recovered(in clone: String) async throws -> (Store, [InterruptedRun]) {
    clock.advance(seconds: LockHolder.silence)
    let store = try store(in: clone)
    guard case .takenOver = try await store.lock.tryLock(holder("second")) else {
      Issue.record("the lock was not taken over")
      return (store, [])
    }
    return (store, try await store.journal.recoverInterruptedRuns())
  }

  /// One of them is a person's, made in the same minutes.
  @Test func aKilledCreateTakesNeitherOfTwoWithItsName() async throws {
    let create = try write("a", .create)
    _ = try await run(try store(in: "ann"), [create])
    for _ in 0..<2 {
      _ = try await backend.create(BackendWrite(name: create.name, app: create.app, setup: nil))
    }
    let (store, _) = try await recovered(in: "bob")
    let snapshot = try await store.reader.read()
    #expect(snapshot.applied.isEmpty && snapshot.actual.isEmpty)
    #expect(snapshot.foreignEntries.map(\.reason) == [.sharedName, .sharedName])
    #expect(snapshot.foreignEntries.allSatisfy { $0.connection == create.name })
  }

  @Test func outcomesAreSharedEveryFewSecondsAndAtTheEnd() async throws {
    let store = try store(in: "ann")
    let writes = try ["a", "b", "c"].map { try write($0, .create) }
    let run = try await run(store, writes)
    let begun = try repositories.remoteCommit()
    _ = try await run.writer.carryOut(writes[0])
    #expect(try repositories.remoteCommit() == begun, "not at once")
    clock.advance(seconds: PushPolicy.interval)
    _ = try await run.writer.carryOut(writes[1])
    let pushed = try repositories.remoteCommit()
    #expect(pushed != begun)
    _ = try await run.writer.carryOut(writes[2])
    #expect(try repositories.remoteCommit() == pushed)
    try await store.lock.unlock(holder("first"))
    #expect(try repositories.remoteCommit() != pushed, "the end at once")
    let seen = try repositories.clone("bob").read().contents
    #expect(seen.records.count == 3 && seen.state.run == nil && seen.state.interrupted.isEmpty)
  }

  @Test func isDueCountsFromTheLastPush() {
    #expect(!PushPolicy.isDue(at: 104, lastPush: 100))
    #expect(PushPolicy.isDue(at: 105, lastPush: 100))
  }

  @Test func aRunThatDoesNothingLeavesNoEntry() async throws {
    let store = try store(in: "ann")
    #expect(try await store.lock.tryLock(holder("first")) == .acquired)
    try await store.lock.unlock(holder("first"))
    #expect(try repositories.remoteCommit() == nil)
  }

  /// A killed run's create that came through is ours, with what was meant; another is not there.
  @Test func aCreateWhoseRecordIsMissingIsRecovered() async throws {
    let store = try store(in: "ann")
    let writes = try ["done", "lost", "never"].map { try write($0, .create) }
    let run = try await run(store, writes)
    _ = try await run.writer.carryOut(writes[0])
    backend.loseNextResponse(.outcomeUnknown("the response is lost"))
    await #expect(throws: StoreError.self) { _ = try await run.writer.carryOut(writes[1]) }

    let (next, runs) = try await recovered(in: "ann")
    #expect(runs.map(\.planned) == [3] && runs.map(\.done) == [1])
    #expect(try runs.flatMap(\.inDoubt) == [name("lost"), name("never")])
    let snapshot = try await next.reader.read()
    #expect(Set(snapshot.applied.keys.map(\.rawValue)) == ["done", "lost"])
    let lost = try #require(snapshot.applied[name("lost")])
    #expect(lost.storeID == snapshot.actual[try name("lost")]?.id)
    #expect(lost.sealed("api_key")?.digest == nil, "the value is not known to be there")
    #expect(try await next.journal.recoverInterruptedRuns().isEmpty)
  }

  /// - A delete that was done takes its record.
  /// - An update that came through keeps the digest of the old value, at the new version.
  /// - A rename that came through moves the record.
  @Test func changesWhoseRecordsAreBehindAreRecovered() async throws {
    let first = try store(in: "ann")
    let creates = try ["gone", "changed", "old"].map { try write($0, .create) }
    let setup = try await run(first, creates)
    var made: [String: AppliedRecord] = [:]
    for create in creates {
      made[create.name.rawValue] = try await setup.writer.carryOut(create)
    }
    try await first.lock.unlock(holder("first"))
    let (gone, changed, old) = (
      try #require(made["gone"]), try #require(made["changed"]), try #require(made["old"])
    )

    let writes = [
      try write("gone", .delete(gone.storeID, from: gone.version)),
      try write("changed", .update(changed.storeID, from: changed.version), value: "n3w"),
      try write("new", .rename(old.storeID, from: old.version, formerly: name("old"))),
    ]
    let run = try await run(first, writes)
    for write in writes {
      backend.loseNextResponse(.outcomeUnknown("the response is lost"))
      await #expect(throws: StoreError.self) { _ = try await run.writer.carryOut(write) }
    }

    let (next, runs) = try await recovered(in: "ann")
    #expect(runs.map(\.done) == [0] && runs.first?.inDoubt.count == 3)
    let snapshot = try await next.reader.read()
    #expect(Set(snapshot.applied.keys.map(\.rawValue)) == ["changed", "new"])
    for (name, record) in snapshot.applied {
      #expect(record.version == snapshot.actual[name]?.version, "\(name)")
    }
    #expect(
      snapshot.applied[try name("changed")]?.sealed("api_key")?.digest
        == changed.sealed("api_key")?.digest, "the next plan writes the value again")
    #expect(snapshot.applied[try name("new")]?.storeID == old.storeID)
  }

  @Test func aRefusedChangeIsNotInDoubt() async throws {
    let store = try store(in: "ann")
    let writes = try ["a", "b"].map { try write($0, .create) }
    let run = try await run(store, writes)
    _ = try await run.writer.carryOut(writes[0])
    try await run.abandon?(writes[1].name)
    let (_, runs) = try await recovered(in: "ann")
    #expect(runs.isEmpty)
  }

  /// Whatever of ours fails after the backend was written leaves the change in doubt, and the next run
  /// settles it.
  @Test func aChangeThatCannotBeRecordedIsUnfinished() async throws {
    let store = try store(in: "ann")
    let create = try write("a", .create)
    let run = try await run(store, [create])
    try await store.key?.prepare()
    try repositories.lockRef(of: "ann")
    let error = await #expect(throws: StoreError.self) { _ = try await run.writer.carryOut(create) }
    guard case .unfinished(let name, .ledgerFailed) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(name == create.name && backend.connections.map(\.name) == [create.name])
    try repositories.unlockRef(of: "ann")
    let (next, runs) = try await recovered(in: "bob")
    #expect(runs.flatMap(\.inDoubt) == [create.name])
    #expect(try await next.reader.read().applied[create.name] != nil)
  }

  /// The connection was deleted, and its successor is refused.
  @Test func aReplacementThatStopsHalfwayIsUnfinished() async throws {
    let first = try store(in: "ann")
    let create = try write("a", .create)
    let setup = try await run(first, [create])
    let made = try #require(try await setup.writer.carryOut(create))
    try await first.lock.unlock(holder("first"))
    let replace = try write("a", .replace(made.storeID, from: made.version))
    let run = try await run(first, [replace])
    backend.refuseCreates()
    let error = await #expect(throws: StoreError.self) {
      _ = try await run.writer.carryOut(replace)
    }
    guard case .unfinished(_, .refused) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let (next, _) = try await recovered(in: "ann")
    #expect(try await next.reader.read().applied.isEmpty, "it is created again")
  }

  /// An outcome that the remote does not take is kept here, and shared with the next one.
  @Test func aRemoteThatIsAwayForAWhileLosesNothing() async throws {
    let store = try store(in: "ann")
    let writes = try ["a", "b"].map { try write($0, .create) }
    let run = try await run(store, writes)
    clock.advance(seconds: PushPolicy.interval)
    let away = repositories.remote + "-away"
    try FileManager.default.moveItem(atPath: repositories.remote, toPath: away)
    _ = try await run.writer.carryOut(writes[0])
    try FileManager.default.moveItem(atPath: away, toPath: repositories.remote)
    clock.advance(seconds: PushPolicy.interval)
    _ = try await run.writer.carryOut(writes[1])
    try await run.end?(clock.provenance.at)
    let seen = try repositories.clone("bob").read().contents
    #expect(seen.records.count == 2 && seen.state.run == nil)
  }

  @Test func anEndThatTheRemoteDoesNotTakeIsAFault() async throws {
    let store = try store(in: "ann")
    let create = try write("a", .create)
    let run = try await run(store, [create])
    _ = try await run.writer.carryOut(create)
    let away = repositories.remote + "-away"
    try FileManager.default.moveItem(atPath: repositories.remote, toPath: away)
    await #expect(throws: StoreError.self) { try await run.end?(clock.provenance.at) }
    try FileManager.default.moveItem(atPath: away, toPath: repositories.remote)
    // A machine that is thrown away takes its ledger along; the remote has the intent.
    let (next, runs) = try await recovered(in: "bob")
    #expect(runs.flatMap(\.inDoubt) == [create.name])
    #expect(try await next.reader.read().applied[create.name] != nil)
  }
}
