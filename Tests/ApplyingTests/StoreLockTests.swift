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

  @Test func takesItFromWhoWasSilentAndSaysSo() async throws {
    let fixture = try ApplyFixture()
    try await fixture.lock("ann").take(waitingAtMost: 0) { _ in }
    let notices = Notices()
    try await fixture.lock("bob", runtime: TestRuntime().runtime).take(waitingAtMost: 90) {
      notices.add($0)
    }
    #expect(notices.codes == [.storeLocked, .lockTakenOver])
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
