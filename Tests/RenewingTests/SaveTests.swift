import Model
import Renewing
import SQLiteStore
import Stores
import Synchronization
import TestAuthorizationServer
import TestSupport
import Testing
import Tokens

/// A store that does not take new tokens, or contradicts itself.
@Suite struct SaveTests {
  private typealias Delay = (reason: String, journaling: Journaling)

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      .writeFailed("disk full"), .permissionDenied(["update"]), .tooNew("format 9"),
      .corrupt("damaged"),
    ] as [StoreError])
  func journaledTokensAreNotTriedForLong(fault: StoreError) async throws {
    try await expectLeftToTheJournal { _ in fault }
  }

  @Test(.timeLimit(.minutes(1)), arguments: [true, false])
  func whatAStoreNeverTakesIsLeftToTheJournalWhateverItSays(isRace: Bool) async throws {
    try await expectLeftToTheJournal { isRace ? .tokensMoved($0) : .notFound($0) }
  }

  /// What the journal has is left to the next pass; a worker is not lost to it.
  private func expectLeftToTheJournal(
    _ fault: @escaping @Sendable (ConnectionName) -> StoreError
  ) async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let store = UnreliableTokens(harness.store) { number, write in
      number >= 2 ? .refused(fault(write.name)) : nil
    }
    let reason = fault(harness.subject.name).summary
    let delays = Mutex<[Delay]>([])
    let began = harness.clock.now
    let renewer = harness.renewer(store) { _, error, journaling in
      delays.withLock { $0.append((error.summary, journaling)) }
    }
    #expect(await harness.renew(renewer) == .unsaved(reason, .written))
    #expect(harness.clock.now.seconds(since: began) <= 120)
    #expect(store.swaps > 10)
    let reported = delays.withLock { $0 }
    #expect(reported.map(\.reason) == [reason])
    #expect(reported.map(\.journaling) == [.written])
    // The next pass saves them.
    let subjects = [harness.subject.name: harness.subject]
    #expect(try await harness.renewer().replay(subjects) == [.saved(harness.subject.name)])
    #expect(text(try await harness.stored().refresh) == "refresh-1")
  }

  /// A run that ends may take its disk, and so the journal, with it; a service's next pass saves them.
  @Test(.timeLimit(.minutes(1)), arguments: [true, false])
  func aRunWaitsForAStoreThatIsAway(isService: Bool) async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let began = harness.clock.now
    let store = UnreliableTokens(harness.store) { [clock = harness.clock] number, _ in
      number >= 2 && clock.now.seconds(since: began) < 600 ? .refused(.unavailable("away")) : nil
    }
    let renewer = harness.renewer(store, waitsForOthers: !isService)
    let outcome = await harness.renew(renewer)
    if isService {
      #expect(outcome == .unsaved(StoreError.unavailable("away").summary, .written))
      #expect(harness.clock.now.seconds(since: began) <= 120)
    } else {
      guard case .renewed = outcome else {
        Issue.record("\(outcome)")
        return
      }
    }
  }

  /// They exist nowhere else, and the process says so.
  @Test func tokensThatAreNotJournaledAreTriedUntilTheyAreSaved() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let store = UnreliableTokens(harness.store) { number, _ in
      (2...200).contains(number) ? .refused(.writeFailed("disk full")) : nil
    }
    let delays = Mutex<[Delay]>([])
    let renewer = harness.renewer(
      store, journal: ResponseJournal(folder: "/dev/null/answers")
    ) { _, error, journaling in
      delays.withLock { $0.append((error.summary, journaling)) }
    }
    guard case .renewed = await harness.renew(renewer) else {
      Issue.record("it gave up")
      return
    }
    #expect(text(try await harness.stored().refresh) == "refresh-1")
    let reported = delays.withLock { $0 }
    #expect(reported.map(\.reason) == ["disk full"])
    guard case .failed = reported.first?.journaling else {
      Issue.record("\(reported)")
      return
    }
  }

  @Test func aShortAbsenceIsNotReported() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let store = UnreliableTokens(harness.store) { number, _ in
      (2...6).contains(number) ? .refused(.unavailable("it is away")) : nil
    }
    let reported = Mutex(0)
    let renewer = harness.renewer(store) { _, _, _ in reported.withLock { $0 += 1 } }
    guard case .renewed = await harness.renew(renewer) else {
      Issue.record("it gave up")
      return
    }
    #expect(reported.withLock { $0 } == 0)
  }

  /// As a file that was replaced while it was open: what is read is never what is written.
  @Test(.timeLimit(.minutes(1))) func endlessLostRacesEndWithPausesBetween() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let store = UnreliableTokens(harness.store) { _, write in .refused(.tokensMoved(write.name)) }
    guard case .storeFailed(.busy) = await harness.renew(harness.renewer(store)) else {
      Issue.record("it was not stopped")
      return
    }
    #expect(server.calls.isEmpty)
    #expect(harness.clock.slept.count == store.swaps - 1)
    #expect(harness.clock.slept.allSatisfy { $0 >= .milliseconds(75) })
    await #expect(throws: StoreError.self) {
      _ = try await harness.renewer(store).removeTokens(of: harness.subject)
    }
  }

  /// A response is tried in each pass, and may hold up none.
  @Test(.timeLimit(.minutes(1))) func aReplayLosesFewRaces() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let full = UnreliableTokens(harness.store) { number, _ in
      number >= 2 ? .refused(.writeFailed("disk full")) : nil
    }
    _ = await harness.renew(harness.renewer(full))
    let store = UnreliableTokens(harness.store) { _, write in .refused(.tokensMoved(write.name)) }
    let outcomes = try await harness.renewer(store)
      .replay([harness.subject.name: harness.subject])
    #expect(outcomes == [.unsaved(harness.subject.name, .tokensMoved(harness.subject.name))])
    #expect(store.swaps < 10)
  }

  /// Ten responses that were journaled while the store was away.
  private func harnessWithTen(_ server: HostileServer) async throws -> RenewalHarness {
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    for number in 0..<10 {
      try await harness.journal.write(
        JournaledResponse(
          store: harness.store.description.description, connection: harness.subject.name,
          id: harness.id, attempt: TokenAttempt("late-\(number)"), base: "consent",
          kind: .refresh, requested: ["read"],
          client: try #require(harness.subject.clientIdentity),
          response: RawResponse(
            status: 200, body: Array(#"{"access_token": "late"}"#.utf8),
            sentAt: harness.clock.now)), under: harness.store.tokenKey())
    }
    return harness
  }

  /// Each of them would wait for it as long; what watches over the process does not.
  @Test(arguments: [.unavailable("away"), .busy("locked")] as [StoreError])
  func aReplayWaitsOnceForAStoreThatIsAway(fault: StoreError) async throws {
    let harness = try await harnessWithTen(HostileServer.rotating())
    let store = UnreliableTokens(harness.store) { _, _ in
      harness.clock.advance(seconds: 40)
      return .refused(fault)
    }
    let began = harness.clock.now
    let name = harness.subject.name
    let outcomes = try await harness.renewer(store).replay([name: harness.subject])
    #expect(outcomes == [ReplayOutcome](repeating: .unsaved(name, fault), count: 10))
    #expect(store.swaps == 1)
    #expect(harness.clock.now.seconds(since: began) == 40)
    #expect(harness.journaled.count == 10)
  }

  /// It may be the fault of one of them.
  @Test func aReplayTriesTheOthersAfterARefusal() async throws {
    let harness = try await harnessWithTen(HostileServer.rotating())
    let store = UnreliableTokens(harness.store) { _, _ in .refused(.writeFailed("too large")) }
    let outcomes = try await harness.renewer(store).replay([harness.subject.name: harness.subject])
    #expect(outcomes.count == 10 && store.swaps == 10)
  }

  @Test func aProcessThatEndsReplaysNothing() async throws {
    let harness = try await harnessWithTen(HostileServer.rotating())
    let store = UnreliableTokens(harness.store) { _, _ in nil }
    let name = harness.subject.name
    let outcomes = try await harness.renewer(store, isEnding: true)
      .replay([name: harness.subject])
    #expect(outcomes.allSatisfy { if case .unsaved(name, _) = $0 { true } else { false } })
    #expect(outcomes.count == 10 && store.swaps == 0 && harness.journaled.count == 10)
  }
}
