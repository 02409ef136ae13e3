import Applying
import Diagnostics
import Model
import Stores
import Synchronization
import TestSupport
import Testing

@Suite struct LockingTests {
  private final class Notices: Sendable {
    private let said = Mutex<[DiagnosticCode]>([])
    var codes: [DiagnosticCode] { said.withLock { $0 } }
    func add(_ diagnostic: Diagnostic) { said.withLock { $0.append(diagnostic.code) } }
  }

  @Test func waitsAndThenSaysWhoHoldsIt() async throws {
    let fixture = try ApplyFixture()
    try await fixture.lock("ann").take(waitingAtMost: 0) { _ in }
    let notices = Notices()
    do {
      try await fixture.lock("bob", runtime: TestRuntime().runtime).take(waitingAtMost: 30) {
        notices.add($0)
      }
      Issue.record("two have the lock")
    } catch {
      #expect(error.code == .storeLocked)
      #expect(error.notes.first?.contains("ann@laptop") == true)
      #expect(error.notes.first?.contains("2026-09-21T14:13:20Z, 30 seconds ago") == true)
    }
    #expect(notices.codes == [.storeLocked], "reported once")
  }

  /// A store that others use all the time, until so many attempts were made.
  private actor BusyLock: ApplyLock {
    private(set) var attempts = 0
    private let until: Int

    init(until: Int) { self.until = until }

    func tryLock(
      _ holder: LockHolder, over silent: LockHolder?
    ) async throws(StoreError) -> LockOutcome {
      attempts += 1
      guard attempts >= until else { throw .busy("another process is using it") }
      return .acquired
    }

    func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError) {}
    func unlock(_ holder: LockHolder) async throws(StoreError) {}
  }

  /// Waiting for others' transactions and for the lock is one thing, with one limit.
  @Test(arguments: [(60, true), (40, false), (0, false)] as [(Int64, Bool)])
  func aBusyStoreIsWaitedForLikeTheLock(seconds: Int64, isTaken: Bool) async throws {
    let fixture = try ApplyFixture()
    let busy = BusyLock(until: 100)
    var store = fixture.store
    store.lock = busy
    let time = TestRuntime()
    let start = time.now
    do {
      try await fixture.lock(store: store, runtime: time.runtime).take(waitingAtMost: seconds) {
        _ in
      }
      #expect(isTaken)
    } catch {
      #expect(!isTaken && error.code == .storeUnavailable)
      #expect(error.help.first?.contains("--lock-timeout") == true)
    }
    #expect(time.now.seconds(since: start) <= seconds)
    #expect(await busy.attempts >= min(100, Int(seconds) * 2))
  }

  @Test func takesItFromWhoWasSilentAndSaysSo() async throws {
    let fixture = try ApplyFixture()
    try await fixture.lock("ann").take(waitingAtMost: 0) { _ in }
    let notices = Notices()
    try await fixture.lock("bob", runtime: TestRuntime().runtime).take(waitingAtMost: 90) {
      notices.add($0)
    }
    #expect(notices.codes == [.storeLocked, .lockTakenOver])
  }

  /// By its times it is silent only tomorrow.
  @Test(arguments: [90, 86_400, 10 * 365 * 86_400] as [Int64])
  func takesItFromWhoIsSilentAndHadAClockThatWasAhead(seconds: Int64) async throws {
    let fixture = try ApplyFixture()
    let ahead = TestRuntime(TestRuntime().now.adding(seconds: seconds))
    try await fixture.lock("ann", runtime: ahead.runtime).take(waitingAtMost: 0) { _ in }
    do {
      try await fixture.lock("eve", runtime: TestRuntime().runtime).take(waitingAtMost: 30) { _ in
      }
      Issue.record("nobody was silent for long enough")
    } catch {
      #expect(error.notes.first?.contains("by its clock, which is ahead") == true)
      #expect(error.notes.first?.contains("seconds ago") == false)
      #expect(error.help.last?.contains("vaultctl unlock") == true)
    }
    let notices = Notices()
    try await fixture.lock("bob", runtime: TestRuntime().runtime).take(waitingAtMost: 60) {
      notices.add($0)
    }
    #expect(notices.codes == [.storeLocked, .lockTakenOver])
  }

  /// Not the time that passed: the clock of one who waits was set.
  @Test func aClockThatIsSetTakesNoLock() async throws {
    let fixture = try ApplyFixture()
    let ahead = TestRuntime(TestRuntime().now.adding(seconds: 86_400))
    try await fixture.lock("ann", runtime: ahead.runtime).take(waitingAtMost: 0) { _ in }
    let bob = TestRuntime()
    do {
      try await fixture.lock("bob", runtime: bob.runtime).take(waitingAtMost: 30) { _ in
        bob.step(seconds: 7200)
      }
      Issue.record("nobody was silent for long enough")
    } catch {
      #expect(error.code == .storeLocked)
    }
    #expect(bob.slept.count == 60)
  }

  @Test func aSignOfLifeCountsWhateverItsTime() async throws {
    let fixture = try ApplyFixture()
    let ahead = TestRuntime(TestRuntime().now.adding(seconds: 86_400))
    let ann = fixture.lock("ann", runtime: ahead.runtime)
    try await ann.take(waitingAtMost: 0) { _ in }
    let bob = fixture.lock("bob", runtime: TestRuntime().runtime)
    let holder = try #require(try await bob.current())
    #expect(holder.who == "ann@laptop")
    ahead.advance(seconds: 15)
    try await fixture.store.lock.heartbeat(holder, at: ahead.now)
    #expect(try await !bob.release(from: holder))
    let alive = try #require(try await bob.current())
    #expect(try await bob.release(from: alive))
    #expect(try await bob.current() == nil)
    await #expect(throws: StoreError.self) {
      try await fixture.store.lock.heartbeat(holder, at: ahead.now)
    }
  }

  @Test func whoLostTheLockBeginsNothing() async throws {
    let fixture = try ApplyFixture()
    let mine = fixture.lock()
    try await mine.take(waitingAtMost: 0) { _ in }
    try await fixture.lock("bob", runtime: TestRuntime().runtime).take(waitingAtMost: 90) { _ in }
    let applier = Applier(
      store: fixture.store, lock: mine, opener: TestOpener(), catalog: Catalog([]),
      runtime: still)
    let desired = try connection("c")
    let change = Change(
      connection: desired.name, app: "crm", action: .create, reason: .notInStore, details: [],
      location: nil)
    let outcome = await applier.carryOut(
      Plan(changes: [change], findings: [], unchangedCount: 0, emptyCount: 0),
      desired: [desired], by: provenance
    ) { _, _ in }
    #expect(outcome.faults.map(\.code) == [.lockLost])
    #expect(outcome.results.map(\.result) == [.skipped])
    #expect(try await fixture.store.reader.read().actual.isEmpty)
  }
}
