import Foundation
import HTTP
import Model
import Pacing
import Renewing
import SQLiteStore
import Secrets
import Stores
import Synchronization
import TestAuthorizationServer
import TestSupport
import Testing
import Tokens

@Suite struct RenewalTests {
  @Test func mintsRefreshesAndKeeps() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "minted", "expires_in": 3600, "scope": "read"}"#)
    }
    let harness = try await RenewalHarness(server.service, grant: .clientCredentials)
    guard case .renewed(let record) = await harness.renew() else {
      Issue.record("nothing was minted")
      return
    }
    #expect(record.tokens?.granted == ["read"])
    #expect(text(try await harness.stored().access) == "minted")
    let call = try #require(server.calls.first)
    #expect(call.form == ["grant_type": "client_credentials", "scope": "read"])
    let basic = Data("flows:cl13nt-s3cret".utf8).base64EncodedString()
    #expect(call.authorization == "Basic \(basic)")
    guard case .notDue = await harness.renew() else {
      Issue.record("it is due at once")
      return
    }
    #expect(harness.journaled == [])
    #expect(
      try await harness.store.events(of: harness.subject.name).map(\.kind).last == .token(.minted))
  }

  // MARK: One request each

  @Test func theIntentIsWrittenBeforeTheServiceIsCalled() async throws {
    let found = Mutex<TokenClaim?>(nil)
    let harness = Mutex<RenewalHarness?>(nil)
    let server = try await HostileServer.rotating { _, body in
      let stored = try? await harness.withLock { $0 }?.stored()
      found.withLock { $0 = stored?.record?.claim }
      return .body(body)
    }
    let made = try await RenewalHarness(server.service)
    harness.withLock { $0 = made }
    try await made.authorize()
    _ = await made.renew()
    let claim = try #require(found.withLock { $0 })
    #expect(claim.holder == "test")
    let digest = try await made.store.refreshDigest(of: secret("refresh-0"), in: made.id)
    #expect(claim.refreshDigest == digest)
    #expect(claim.isActive(at: made.clock.now))
    #expect(try await made.stored().record?.claim == nil)
  }

  @Test func aStoreThatCannotBeWrittenStopsTheExchange() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let full = UnreliableTokens(harness.store) { _, _ in .refused(.writeFailed("disk full")) }
    let outcome = await harness.renew(harness.renewer(full))
    #expect(outcome == .storeFailed(.writeFailed("disk full")))
    #expect(server.calls.isEmpty)
  }

  @Test func manyInOneProcessAskOnce() async throws {
    let server = try await HostileServer.rotating { _, body in .slow(.milliseconds(50), body) }
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let renewer = harness.renewer(isRealTime: true)
    let outcomes = await withTaskGroup(of: RenewalOutcome.self) { group in
      for _ in 0..<20 { group.addTask { await harness.renew(renewer) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(server.calls.count == 1)
    #expect(outcomes.count == 20)
    // Who came while it was under way has its outcome, who came later finds it done.
    #expect(outcomes.contains { if case .renewed = $0 { true } else { false } })
    #expect(text(try await harness.stored().refresh) == "refresh-1")
  }

  @Test func theLoserOfARaceTakesTheWinnersToken() async throws {
    let readers = Mutex<Set<Int>>([])
    let note: @Sendable (Int) -> Void = { number in readers.withLock { _ = $0.insert(number) } }
    // Whoever reads only what the winner has saved takes part in no race.
    let server = try await HostileServer.rotating { _, body in
      try? await eventually("all have read") { readers.withLock { $0.count == 6 } }
      return .body(body)
    }
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let outcomes = await withTaskGroup(of: RenewalOutcome.self) { group in
      for number in 0..<6 {
        let store = UnreliableTokens(
          harness.anotherStore(), didRead: { note(number) }, fault: { _, _ in nil })
        let renewer = harness.renewer(store, isRealTime: true)
        group.addTask { await harness.renew(renewer) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(server.calls.count == 1)
    #expect(outcomes.count { if case .renewed = $0 { true } else { false } } == 1)
    #expect(outcomes.count { if case .adopted = $0 { true } else { false } } == 5)
  }

  // MARK: Claims

  @Test func aResponseIsAwaitedForLessThanAClaimLasts() {
    #expect(RenewalTimes.responseSeconds + 10 < TokenClaim.seconds)
  }

  @Test func onlyTheOwnClaimIsReleased() async throws {
    let harness = Mutex<RenewalHarness?>(nil)
    let server = try await HostileServer { _ in
      // While the service thinks, the claim's time runs out and another process claims.
      guard let made = harness.withLock({ $0 }) else { return .cut }
      made.clock.advance(seconds: TokenClaim.seconds + 1)
      guard let stored = try? await made.stored(), var record = stored.record else { return .cut }
      record.claim = TokenClaim(
        attempt: "another", holder: "b", deadline: made.clock.now.adding(seconds: 45),
        refreshDigest: nil)
      _ = try? await made.store.swapTokens(
        TokenWrite(
          name: made.subject.name, id: stored.id, version: stored.version, record: record,
          provenance: provenance))
      return .body("", status: 503)
    }
    let made = try await RenewalHarness(server.service)
    harness.withLock { $0 = made }
    try await made.authorize()
    guard case .waiting = await made.renew() else {
      Issue.record("a lost claim is not seen")
      return
    }
    #expect(try await made.stored().record?.claim?.attempt == "another")
  }

  // MARK: Saving and the journal

  @Test func theResponseIsOnTheDiskSealedBeforeItIsSaved() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let seen = Mutex<[(name: String, mode: Int?, bytes: Data)]>([])
    let folder = harness.folder.path + "/.vaultctl/answers"
    let watched = UnreliableTokens(harness.store) { number, _ in
      guard number == 2 else { return nil }
      let manager = FileManager.default
      seen.withLock { seen in
        seen = ((try? manager.contentsOfDirectory(atPath: folder)) ?? []).map { name in
          let path = folder + "/" + name
          let mode =
            (try? manager.attributesOfItem(atPath: path))?[.posixPermissions] as? Int
          return (name, mode, manager.contents(atPath: path) ?? Data())
        }
      }
      return nil
    }
    guard case .renewed = await harness.renew(harness.renewer(watched)) else {
      Issue.record("it was not renewed")
      return
    }
    let files = seen.withLock { $0 }
    #expect(files.count == 1)
    for file in files {
      #expect(file.mode == 0o600)
      #expect(file.name.hasSuffix(".answer"))
      for token in ["access-1", "refresh-1", "refresh-0"] {
        #expect(file.bytes.range(of: Data(token.utf8)) == nil)
        #expect(file.bytes.range(of: Data(token.utf8).base64EncodedData()) == nil)
      }
    }
    #expect(harness.journaled == [])
  }

  @Test func aFailingSaveIsRetriedUntilItSucceeds() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let flaky = UnreliableTokens(harness.store) { number, _ in
      (2...30).contains(number) ? .refused(.unavailable("it is away")) : nil
    }
    guard case .renewed = await harness.renew(harness.renewer(flaky)) else {
      Issue.record("it gave up")
      return
    }
    #expect(text(try await harness.stored().refresh) == "refresh-1")
    #expect(server.calls.count == 1)
  }

  /// Others write all the time, and the store cannot be read.
  @Test func aSaveThatCannotReadTheStoreWaitsBeforeItReadsAgain() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let left = Mutex(0)
    let store = UnreliableTokens(
      harness.store,
      isUnreadable: {
        left.withLock {
          $0 -= 1
          return $0 >= 0
        }
      },
      fault: { number, write in
        if number == 2 { left.withLock { $0 = 5 } }
        return number >= 2 && left.withLock { $0 > 0 } ? .refused(.tokensMoved(write.name)) : nil
      })
    guard case .renewed = await harness.renew(harness.renewer(store)) else {
      Issue.record("it was not saved")
      return
    }
    let waits = [37, 75, 150, 300, 600, 1200, 1500, 1500, 1500, 1500]
    #expect(harness.clock.slept == waits.map { .milliseconds($0) })
    #expect(text(try await harness.stored().refresh) == "refresh-1")
  }

  @Test func aSaveWhoseResponseIsLostIsNotRepeated() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let lossy = UnreliableTokens(harness.store) { number, _ in
      number == 2 ? .lost(.outcomeUnknown("the answer is lost")) : nil
    }
    guard case .renewed = await harness.renew(harness.renewer(lossy)) else {
      Issue.record("it gave up")
      return
    }
    #expect(lossy.swaps == 2)
    #expect(text(try await harness.stored().refresh) == "refresh-1")
    let events = try await harness.store.events(of: harness.subject.name).map(\.kind)
    #expect(events.count { $0 == .token(.refreshed) } == 1)
  }

  /// A renewer whose process ends while the store is away.
  private func dying(_ harness: RenewalHarness, journal: ResponseJournal) -> Renewer {
    let away = UnreliableTokens(harness.store) { number, _ in
      number >= 2 ? .refused(.unavailable("it is away")) : nil
    }
    return Renewer(
      tokens: away, http: LiveHTTPTransport(), journal: journal,
      runtime: harness.clock.runtime, isEnding: { away.swaps > 0 }, rule: .standard,
      holder: "dying", provenance: { provenance })
  }

  @Test func aJournalThatCannotBeWrittenIsReported() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let nowhere = ResponseJournal(folder: "/dev/null/answers")
    // A store that takes them makes up for it.
    guard case .renewed = await harness.renew(harness.renewer(harness.store, journal: nowhere))
    else {
      Issue.record("the journal prevented the save")
      return
    }
    harness.clock.advance(seconds: 3500)
    let outcome = await harness.renew(dying(harness, journal: nowhere))
    guard case .unsaved("it is away", .failed(let fault)) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(fault.summary.contains("/dev/null/answers"), "\(fault.summary)")
  }

  @Test func afterASignalNoRequestIsBegun() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let before = try await harness.stored()
    let outcome = await harness.renew(harness.renewer(isEnding: true))
    #expect(outcome == .failed("interrupted before its request", retryAt: nil))
    #expect(server.calls.isEmpty)
    #expect(try await harness.stored().version == before.version)
  }

  /// The store is not to blame, and is left alone; a claim that was written is withdrawn.
  @Test(arguments: [(1, 0), (2, 2)])
  func aSignalBeforeTheClaimIsReportedAsOne(looks: Int, swaps: Int) async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let store = UnreliableTokens(harness.store) { _, _ in
      // Too long for the claim to be used.
      harness.clock.advance(seconds: 30)
      return nil
    }
    let looked = Mutex(0)
    let renewer = Renewer(
      tokens: store, http: LiveHTTPTransport(), journal: harness.journal,
      runtime: harness.clock.runtime,
      isEnding: {
        looked.withLock {
          $0 += 1
          return $0 > looks
        }
      }, rule: .standard, holder: "ending", provenance: { provenance })
    #expect(
      await harness.renew(renewer) == .failed("interrupted before its request", retryAt: nil))
    #expect(store.swaps == swaps)
    #expect(server.calls.isEmpty)
    #expect(try await harness.stored().record?.claim == nil)
  }

  /// What is sent under a claim whose time is up may be sent by another process as well.
  @Test(arguments: [1, 2]) func aClaimThatTookTooLongIsMadeAgain(slow: Int) async throws {
    let deadlines = Mutex<[Int64]>([])
    let harness = Mutex<RenewalHarness?>(nil)
    let server = try await HostileServer.rotating { _, body in
      if let harness = harness.withLock({ $0 }), let stored = try? await harness.stored() {
        let left = stored.record?.claim?.deadline.seconds(since: harness.clock.now) ?? 0
        deadlines.withLock { $0.append(left) }
      }
      return .body(body)
    }
    let made = try await RenewalHarness(server.service)
    harness.withLock { $0 = made }
    try await made.authorize()
    let store = UnreliableTokens(made.store) { number, _ in
      if number <= slow { made.clock.advance(seconds: 30) }
      return nil
    }
    guard case .renewed = await made.renew(made.renewer(store)) else {
      Issue.record("it was not renewed")
      return
    }
    #expect(deadlines.withLock { $0 } == [TokenClaim.seconds])
    #expect(store.swaps == slow + 2)
  }

  @Test func aStoreThatIsAlwaysTooSlowStopsTheExchange() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let store = UnreliableTokens(harness.store) { _, _ in
      harness.clock.advance(seconds: 30)
      return nil
    }
    guard case .storeFailed(.unavailable) = await harness.renew(harness.renewer(store)) else {
      Issue.record("it was not stopped")
      return
    }
    #expect(server.calls.isEmpty)
    #expect(try await harness.stored().record?.claim == nil)
  }

  /// The host sleeps after the last look at its claim, and another process may have taken that over.
  @Test func noRequestBeginsAfterTheTimeOfItsClaim() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let clock = harness.clock
    let isClaimed = Mutex(false)
    let store = UnreliableTokens(harness.store) { number, _ in
      if number == 1 { isClaimed.withLock { $0 = true } }
      return nil
    }
    let runtime = Runtime(
      now: {
        let now = clock.now
        let sleeps = isClaimed.withLock { isClaimed in
          defer { isClaimed = false }
          return isClaimed
        }
        if sleeps { clock.step(seconds: 60) }
        return now
      }, elapsed: clock.runtime.elapsed, sleep: clock.runtime.sleep, random: clock.runtime.random)
    let renewer = Renewer(
      tokens: store, http: LiveHTTPTransport(), journal: harness.journal, runtime: runtime,
      isEnding: { false }, rule: .standard, holder: "asleep", provenance: { provenance })
    guard case .failed(let reason, let retry?) = await harness.renew(renewer) else {
      Issue.record("a spent refresh token could have been presented")
      return
    }
    #expect(reason.hasPrefix("the request was not sent in time"))
    #expect(server.calls.isEmpty)
    #expect(try await harness.stored().record?.claim == nil)
    clock.advance(seconds: retry.seconds(since: clock.now) + 1)
    guard case .renewed = await harness.renew(renewer) else {
      Issue.record("it was given up")
      return
    }
    #expect(server.calls.count == 1)
  }

  /// One connection's response must not keep all others from being renewed.
  @Test(.timeLimit(.minutes(10))) func aReplayIsTriedOnce() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    _ = await harness.renew(dying(harness, journal: harness.journal))
    let readOnly = UnreliableTokens(harness.store) { _, _ in
      .refused(.writeFailed("it may not be written"))
    }
    let outcomes = try await harness.renewer(readOnly)
      .replay([harness.subject.name: harness.subject])
    #expect(outcomes.map { if case .unsaved = $0 { true } else { false } } == [true])
    #expect(readOnly.swaps == 1)
    #expect(harness.journaled.count == 1)
  }

  /// A file where its folder was, or a folder that cannot be opened.
  @Test func aJournalThatCannotBeReadIsNotTakenForAnEmptyOne() async throws {
    let harness = try await RenewalHarness(
      OAuthService(token: "https://id.example.com/token", refresh: RefreshRules()))
    try harness.folder.write("", to: "file")
    let renewer = harness.renewer(journal: ResponseJournal(folder: harness.folder.path + "/file"))
    await #expect(throws: StoreError.self) { try await renewer.replay([:]) }
  }

  /// Its new tokens would be dropped, and live on at the service.
  @Test func aRevocationWaitsForARenewalInProgress() async throws {
    let isReleased = Mutex(false)
    let server = try await HostileServer.rotating { _, body in
      try? await eventually("it is released") { isReleased.withLock { $0 } }
      return .body(body)
    }
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let renewer = harness.renewer(isRealTime: true)
    async let outcome = harness.renew(renewer)
    try await eventually("a request") { server.calls.count == 1 }
    // Someone who does not wait is not made to; nothing is removed then.
    let ending = harness.renewer(isRealTime: true, isEnding: true)
    guard case .interrupted = try await ending.removeTokens(of: harness.subject) else {
      isReleased.withLock { $0 = true }
      Issue.record("it did not stop")
      return
    }
    isReleased.withLock { $0 = true }
    let removal = try await harness.renewer(isRealTime: true).removeTokens(of: harness.subject)
    guard case .removed(let removed) = removal else {
      Issue.record("\(removal)")
      return
    }
    #expect(text(removed.refresh) == "refresh-1" && !removed.isInDoubt)
    guard case .renewed = await outcome else {
      Issue.record("its tokens were dropped")
      return
    }
  }

  /// Its request was sent, and nobody has what it obtained.
  @Test func aRevocationSaysThatARenewalWasInterrupted() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    _ = await harness.renew(dying(harness, journal: ResponseJournal(folder: "/dev/null/answers")))
    harness.clock.advance(seconds: TokenClaim.seconds + 1)
    let removal = try await harness.renewer().removeTokens(of: harness.subject)
    guard case .removed(let removed) = removal else {
      Issue.record("\(removal)")
      return
    }
    #expect(text(removed.refresh) == "refresh-0" && removed.isInDoubt)
  }

  @Test func aJournalIsReplayedAtTheStart() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let outcome = await harness.renew(dying(harness, journal: harness.journal))
    #expect(outcome == .unsaved("it is away", .written))
    #expect(harness.journaled.count == 1)
    #expect(text(try await harness.stored().refresh) == "refresh-0")

    let next = harness.renewer(harness.anotherStore())
    let subjects = [harness.subject.name: harness.subject]
    // While its exchange is in progress, it is left to that.
    #expect(try await next.replay(subjects, except: [harness.subject.name]) == [])
    #expect(text(try await harness.stored().refresh) == "refresh-0")
    #expect(try await next.replay(subjects) == [.saved(harness.subject.name)])
    #expect(text(try await harness.stored().refresh) == "refresh-1")
    #expect(text(try await harness.stored().access) == "access-1")
    #expect(harness.journaled == [])
    #expect(try await next.replay([harness.subject.name: harness.subject]) == [])
    // And the family lives: the new token is good.
    harness.clock.advance(seconds: 3500)
    guard case .renewed = await harness.renew(next) else {
      Issue.record("the new refresh token was lost")
      return
    }
    #expect(server.calls.count == 2)
  }

  /// A process that died during its request must not keep a service from all other connections.
  @Test(arguments: [false, true])
  func onlyWhoNeedsTheResultWaitsForTheClaimOfAnother(waits: Bool) async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let stored = try await harness.stored()
    var record = try #require(stored.record)
    let began = harness.clock.now
    let deadline = began.adding(seconds: 45)
    record.claim = TokenClaim(
      attempt: "another", holder: "ops@b", deadline: deadline, refreshDigest: nil)
    _ = try await harness.store.swapTokens(
      TokenWrite(
        name: harness.subject.name, id: harness.id, version: stored.version, record: record,
        provenance: provenance))
    let outcome = await harness.renew(harness.renewer(waitsForOthers: waits))
    if waits {
      #expect(harness.clock.now >= deadline)
    } else {
      #expect(outcome == .waiting(until: deadline))
      #expect(harness.clock.now == began && server.calls.isEmpty)
    }
  }

  /// Whether its process saves the response or the next one does, and even if the store does not say at once
  /// what the connection is called now.
  @Test(arguments: [(false, 0), (false, 1), (false, 3), (true, 0)])
  func aRenameDuringTheExchangeLosesNoToken(dies: Bool, failures: Int) async throws {
    let renaming = Mutex<(@Sendable () async throws -> Void)?>(nil)
    let server = try await HostileServer.rotating { _, body in
      let rename = renaming.withLock { $0 }
      do { try await rename?() } catch { return .body("", status: 500) }
      return .body(body)
    }
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let new = try name("crm-2")
    renaming.withLock { renaming in
      renaming = { [harness] in
        let run = try await harness.store.beginRun([], by: provenance)
        _ = try await run.writer.carryOut(
          StoreWrite(
            name: new,
            action: .rename(
              harness.id, from: harness.subject.version, formerly: harness.subject.name),
            app: "crm", setupType: "oauth", fields: ["client_id": .plain(.string("flows"))],
            provenance: provenance))
      }
    }
    if dies {
      _ = await harness.renew(dying(harness, journal: harness.journal))
      #expect(text(try await harness.store.openTokens(of: new).refresh) == "refresh-0")
      let renamed = RenewalSubject(
        name: new, grant: harness.subject.grant, service: harness.subject.service,
        plain: harness.subject.plain, version: harness.subject.version,
        declared: harness.subject.declared, destinations: harness.subject.destinations)
      #expect(try await harness.renewer().replay([new: renamed]) == [.saved(new)])
    } else {
      let left = Mutex(failures)
      let store = UnreliableTokens(
        harness.store,
        isUnlistable: {
          left.withLock {
            $0 -= 1
            return $0 >= 0
          }
        }, fault: { _, _ in nil })
      guard case .renewed = await harness.renew(harness.renewer(store)) else {
        Issue.record("the response was not saved")
        return
      }
    }
    #expect(text(try await harness.store.openTokens(of: new).refresh) == "refresh-1")
    #expect(harness.journaled == [])
  }

  @Test func anOldJournalDoesNotUndoNewerTokens() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let entry = JournaledResponse(
      store: harness.store.description.description, connection: harness.subject.name,
      id: harness.id,
      attempt: "old", base: "something earlier", kind: .refresh, requested: ["read"],
      client: try #require(harness.subject.clientIdentity),
      response: RawResponse(
        status: 200, body: Array(#"{"access_token": "old", "refresh_token": "old"}"#.utf8),
        sentAt: harness.clock.now))
    try await harness.journal.write(entry, under: harness.store.tokenKey())
    let outcomes = try await harness.renewer().replay([harness.subject.name: harness.subject])
    #expect(outcomes == [.cleared(harness.subject.name)])
    #expect(text(try await harness.stored().refresh) == "refresh-0")
    #expect(harness.journaled == [])
  }

  @Test func aDamagedJournalEntryIsReportedAndLeft() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    try harness.folder.write("{}", to: ".vaultctl/answers/broken.answer")
    let outcomes = try await harness.renewer().replay([:])
    guard case .unreadable(.damaged(let file)) = outcomes.first else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(file.hasSuffix("broken.answer"))
    #expect(harness.journaled == ["broken.answer"])
  }

  // MARK: What a response leaves out

  @Test func theNewTokenIsSavedBeforeAnyFurtherRequest() async throws {
    let harness = Mutex<RenewalHarness?>(nil)
    let savedThen = Mutex<String?>(nil)
    let server = try await HostileServer { call in
      if call.path == "/introspect" {
        let stored = try? await harness.withLock { $0 }?.stored()
        savedThen.withLock { $0 = text(stored?.refresh) }
        return .body("", status: 500)
      }
      return .body(#"{"access_token": "access-1", "refresh_token": "refresh-1"}"#)
    }
    var service = server.service
    service.introspectionEndpoint = EndpointTemplate(server.address + "/introspect")
    let made = try await RenewalHarness(service)
    harness.withLock { $0 = made }
    try await made.authorize()
    guard case .renewed = await made.renew() else {
      Issue.record("a failed introspection undid a renewal")
      return
    }
    #expect(savedThen.withLock { $0 } == "refresh-1")
  }

  @Test func introspectionProvidesAMissingExpiry() async throws {
    let server = try await HostileServer { call in
      call.path == "/introspect"
        ? .body(#"{"active": true, "exp": 1790009999, "scope": "read write"}"#)
        : .body(#"{"access_token": "access-1"}"#)
    }
    var service = server.service
    service.introspectionEndpoint = EndpointTemplate(server.address + "/introspect")
    let harness = try await RenewalHarness(service, grant: .clientCredentials)
    guard case .renewed(let record) = await harness.renew() else {
      Issue.record("it was not minted")
      return
    }
    #expect(record.tokens?.expiry == .at(Timestamp(milliseconds: 1_790_009_999_000)))
    #expect(record.tokens?.granted == ["read", "write"])
    #expect(try await harness.stored().record == record)
  }

  @Test func withoutANewRefreshTokenTheOldOneStays() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "access-1", "expires_in": 60}"#)
    }
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    _ = await harness.renew()
    let stored = try await harness.stored()
    #expect(text(stored.refresh) == "refresh-0" && text(stored.access) == "access-1")
    #expect(stored.record?.tokens?.refresh != nil)
  }

  // MARK: Lost responses

  @Test func afterALostResponseTheTokenIsTriedOnceMoreAtTheLastMoment() async throws {
    let server = try await HostileServer { _ in .cut }
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize(isDue: false)
    harness.clock.advance(seconds: 2700)
    guard case .failed = await harness.renew() else {
      Issue.record("a cut connection is no failure")
      return
    }
    #expect(server.calls.count == 1)
    // The service has rotated; what it gave is lost.
    server.answer { _ in .body(#"{"error": "invalid_grant"}"#, status: 400) }
    harness.clock.advance(seconds: 60)
    guard case .waiting = await harness.renew() else {
      Issue.record("a spent token was presented again at once")
      return
    }
    #expect(server.calls.count == 1)
    harness.clock.advance(seconds: 800)
    #expect(await harness.renew() == .needsAuthorization(.answerLost))
    #expect(server.calls.count == 2)
    #expect(text(try await harness.stored().access) == "access-0")
  }

  @Test func inAGraceWindowALostResponseIsRetriedAtOnce() async throws {
    let server = try await HostileServer { call in
      call.number == 1
        ? .cut : .body(#"{"access_token": "access-1", "refresh_token": "refresh-1"}"#)
    }
    var service = server.service
    service.refresh.graceSeconds = 600
    let harness = try await RenewalHarness(service)
    try await harness.authorize(isDue: false)
    harness.clock.advance(seconds: 2700)
    _ = await harness.renew()
    harness.clock.advance(seconds: TokenClaim.seconds)
    guard case .renewed = await harness.renew() else {
      Issue.record("the grace window was not used")
      return
    }
    #expect(text(try await harness.stored().refresh) == "refresh-1")
  }

  // MARK: Failures

  @Test func afterInvalidGrantTheStoreIsReadAgain() async throws {
    let harness = Mutex<RenewalHarness?>(nil)
    let server = try await HostileServer { _ in
      // Another person authorizes while the service works on it.
      try? await harness.withLock { $0 }?.authorize(
        access: "access-9", refresh: "refresh-9", isDue: false)
      return .body(#"{"error": "invalid_grant"}"#, status: 400)
    }
    let made = try await RenewalHarness(server.service)
    harness.withLock { $0 = made }
    try await made.authorize()
    var record = try #require(try await made.stored().record)
    record.tokens?.attempt = "before"
    _ = try await made.store.swapTokens(
      TokenWrite(
        name: made.subject.name, id: made.id, version: try await made.stored().version,
        record: record, provenance: provenance))
    guard case .adopted = await made.renew() else {
      Issue.record("a good token was given up")
      return
    }
    #expect(text(try await made.stored().refresh) == "refresh-9")
    #expect(try await made.stored().record?.stop == nil)
  }

  @Test func aDeadGrantIsNotPresentedAgainAndNoTokenIsLost() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"error": "invalid_grant"}"#, status: 400)
    }
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    for _ in 0..<5 {
      #expect(await harness.renew() == .needsAuthorization(.refused(code: "invalid_grant")))
      harness.clock.advance(seconds: 600)
    }
    #expect(server.calls.count == 1)
    let stored = try await harness.stored()
    #expect(text(stored.access) == "access-0" && text(stored.refresh) == "refresh-0")
    #expect(stored.record?.history.count == 1)
    #expect(harness.journaled == [])
  }

  @Test func aDenialByAPolicyCostsNoGrant() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"error": "access_denied"}"#, status: 403)
    }
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    guard case .failed(_, let next?) = await harness.renew() else {
      Issue.record("the grant was given up")
      return
    }
    server.answer { _ in .body(#"{"access_token": "access-1", "refresh_token": "refresh-1"}"#) }
    harness.clock.advance(seconds: next.seconds(since: harness.clock.now) + 1)
    guard case .renewed = await harness.renew() else {
      Issue.record("it was not tried again")
      return
    }
  }

  @Test func transientErrorsAreRetriedLater() async throws {
    let server = try await HostileServer { call in
      switch call.number {
      case 1: .body("", status: 503)
      case 2: .body("", status: 429, headers: ["Retry-After": "30"])
      default: .body(#"{"access_token": "access-1", "refresh_token": "refresh-1"}"#)
      }
    }
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    guard case .failed(_, let first?) = await harness.renew() else {
      Issue.record("503 is no failure")
      return
    }
    guard case .waiting = await harness.renew() else {
      Issue.record("it did not wait")
      return
    }
    harness.clock.advance(seconds: first.seconds(since: harness.clock.now) + 1)
    guard case .failed(_, let second?) = await harness.renew() else {
      Issue.record("429 is no failure")
      return
    }
    #expect(second.seconds(since: harness.clock.now) >= 30)
    harness.clock.advance(seconds: second.seconds(since: harness.clock.now) + 1)
    guard case .renewed(let record) = await harness.renew() else {
      Issue.record("it was not tried again")
      return
    }
    #expect(record.attempts == 0 && record.history.count == 2)
    #expect(server.calls.count == 3)
  }

  /// A renewer that looks each second, for ten minutes.
  @Test(arguments: [
    (400, #"{"error": "access_denied"}"#, 2), (400, #"{"error": "invalid_grant"}"#, 2),
    (401, #"{"error": "invalid_client"}"#, 2), (404, "<html>", 10), (503, "", 10),
    (200, #"{"access_token": "a", "expires_in": 0}"#, 10),
    (200, #"{"access_token": "a", "expires_in": 1}"#, 10),
    (200, #"{"access_token": "a", "expires_at": 1}"#, 10),
  ])
  func noAnswerOfAServiceMakesAStormOfRequests(status: Int, body: String, most: Int) async throws {
    let server = try await HostileServer { _ in .body(body, status: status) }
    let harness = try await RenewalHarness(server.service, grant: .clientCredentials)
    let renewer = harness.renewer()
    for _ in 0..<600 {
      if case .needsAuthorization = await harness.renew(renewer) {
        Issue.record("nobody's consent is needed")
        return
      }
      harness.clock.advance(seconds: 1)
    }
    #expect((1...most).contains(server.calls.count), "\(server.calls.count)")
  }

  /// Other scopes were applied, and nobody has consented to them yet.
  @Test(arguments: [["read", "write"], [], ["write"]] as [Set<Scope>])
  func aScopeChangeLeavesTheGrantThatWorks(declared: Set<Scope>) async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let changed = RenewalSubject(
      name: harness.subject.name, grant: harness.subject.grant, service: harness.subject.service,
      plain: harness.subject.plain, version: "2", declared: declared,
      destinations: harness.subject.destinations)
    for number in 1...3 {
      let outcome = await harness.renewer().renew(changed, secrets: harness.secrets)
      guard case .renewed(let record) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(record.requested == ["read"])
      #expect(text(try await harness.stored().refresh) == "refresh-\(number)")
      harness.clock.advance(seconds: 3500)
    }
  }

  // MARK: The end of a refresh token

  @Test(arguments: [true, false])
  func usePostponesTheIdleExpiryIfTheServiceSaysSo(isExtended: Bool) async throws {
    let server = try await HostileServer.rotating()
    var service = server.service
    service.refresh.idleSeconds = 30 * 86_400
    service.refresh.idleRenewedBy = "extended"
    let harness = try await RenewalHarness(service, declared: isExtended ? ["extended"] : ["read"])
    let consented = harness.clock.now
    try await harness.authorize()
    guard case .renewed(let record) = await harness.renew() else {
      Issue.record("it was not renewed")
      return
    }
    let refresh = try #require(record.tokens?.refresh)
    #expect(refresh.consentedAt == consented)
    let month = Int64(30 * 86_400)
    #expect(refresh.usedAt == record.tokens?.issuedAt)
    #expect(refresh.idleUntil == (isExtended ? refresh.usedAt.adding(seconds: month) : nil))
    #expect(refresh.hardUntil == (isExtended ? nil : consented.adding(seconds: month)))
  }

  // MARK: Scopes

  @Test func aRefreshNamesNoScopes() async throws {
    let server = try await HostileServer.rotating()
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    _ = await harness.renew()
    #expect(server.calls.map { Set($0.form.keys) } == [["grant_type", "refresh_token"]])
  }

  @Test func clientCredentialsMintAgainEvenWithARefreshToken() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "a", "refresh_token": "r", "expires_in": 3600}"#)
    }
    let harness = try await RenewalHarness(server.service, grant: .clientCredentials)
    _ = await harness.renew()
    harness.clock.advance(seconds: 3500)
    _ = await harness.renew()
    #expect(
      server.calls.map { $0.form["grant_type"] } == ["client_credentials", "client_credentials"])
  }

  @Test func anAbsentScopeIsWhatWasRequestedAndThenWhatWasGranted() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "a", "refresh_token": "r", "expires_in": 3600}"#)
    }
    let minted = try await RenewalHarness(
      server.service, grant: .clientCredentials, declared: ["read", "write"])
    guard case .renewed(let first) = await minted.renew() else {
      Issue.record("it was not minted")
      return
    }
    #expect(first.tokens?.granted == ["read", "write"])

    let refreshed = try await RenewalHarness(server.service)
    try await refreshed.authorize()
    guard case .renewed(let record) = await refreshed.renew() else {
      Issue.record("it was not refreshed")
      return
    }
    #expect(record.tokens?.granted == ["read"])
  }

  @Test func whatARefreshTakesAwayIsRemembered() async throws {
    let server = try await HostileServer { call in
      .body(
        """
        {"access_token": "a", "refresh_token": "r\(call.number)", "expires_in": 3600,
         "scope": "\(call.number == 3 ? "read,write" : "read")"}
        """)
    }
    let harness = try await RenewalHarness(server.service, declared: ["read", "write"])
    try await harness.authorize()
    for expected in [["write"], ["write"], []] as [Set<Scope>] {
      guard case .renewed(let record) = await harness.renew(isForced: true) else {
        Issue.record("it was not refreshed")
        return
      }
      #expect(record.tokens?.narrowed == expected)
    }
  }
}
