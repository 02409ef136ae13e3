import Foundation
import HTTP
import Model
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
    let bench = try await Bench(server.service, grant: .clientCredentials)
    guard case .renewed(let record) = await bench.renew() else {
      Issue.record("nothing was minted")
      return
    }
    #expect(record.tokens?.granted == ["read"])
    #expect(text(try await bench.kept().access) == "minted")
    let call = try #require(server.calls.first)
    #expect(call.form == ["grant_type": "client_credentials", "scope": "read"])
    let basic = Data("flows:cl13nt-s3cret".utf8).base64EncodedString()
    #expect(call.authorization == "Basic \(basic)")
    guard case .notDue = await bench.renew() else {
      Issue.record("it is due at once")
      return
    }
    #expect(bench.journaled == [])
    #expect(try await bench.store.events(of: bench.subject.name).map(\.what).last == "token minted")
  }

  // MARK: Behaviour 5

  @Test func behaviour5_theIntentIsWrittenBeforeTheServiceIsCalled() async throws {
    let found = Mutex<TokenClaim?>(nil)
    let bench = Mutex<Bench?>(nil)
    let server = try await HostileServer.rotating { _, body in
      let kept = try? await bench.withLock { $0 }?.kept()
      found.withLock { $0 = kept?.record?.claim }
      return .body(body)
    }
    let made = try await Bench(server.service)
    bench.withLock { $0 = made }
    try await made.authorize()
    _ = await made.renew()
    let claim = try #require(found.withLock { $0 })
    #expect(claim.holder == "test")
    let digest = try await made.store.refreshDigest(of: secret("refresh-0"), in: made.id)
    #expect(claim.refreshDigest == digest)
    #expect(claim.isActive(at: made.clock.now))
    #expect(try await made.kept().record?.claim == nil)
  }

  @Test func behaviour5_aStoreThatCannotBeWrittenStopsTheExchange() async throws {
    let server = try await HostileServer.rotating()
    let bench = try await Bench(server.service)
    try await bench.authorize()
    let full = UnreliableTokens(bench.store) { _, _ in .refused(.writeFailed("disk full")) }
    let outcome = await bench.renew(bench.renewer(full))
    #expect(outcome == .storeFailed(.writeFailed("disk full")))
    #expect(server.calls.isEmpty)
  }

  @Test func behaviour5_manyInOneProcessAskOnce() async throws {
    let server = try await HostileServer.rotating { _, body in .slow(.milliseconds(50), body) }
    let bench = try await Bench(server.service)
    try await bench.authorize()
    let renewer = bench.renewer(isRealTime: true)
    let outcomes = await withTaskGroup(of: RenewalOutcome.self) { group in
      for _ in 0..<20 { group.addTask { await bench.renew(renewer) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(server.calls.count == 1)
    #expect(outcomes.count == 20)
    // Who came while it was under way has its outcome, who came later finds it done.
    #expect(outcomes.contains { if case .renewed = $0 { true } else { false } })
    #expect(text(try await bench.kept().refresh) == "refresh-1")
  }

  @Test func behaviour5_theLoserOfARaceTakesTheWinnersToken() async throws {
    let server = try await HostileServer.rotating { _, body in .slow(.milliseconds(300), body) }
    let bench = try await Bench(server.service)
    try await bench.authorize()
    let outcomes = await withTaskGroup(of: RenewalOutcome.self) { group in
      for _ in 0..<6 {
        let renewer = bench.renewer(bench.anotherStore(), isRealTime: true)
        group.addTask { await bench.renew(renewer) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(server.calls.count == 1)
    #expect(outcomes.count { if case .renewed = $0 { true } else { false } } == 1)
    #expect(outcomes.count { if case .adopted = $0 { true } else { false } } == 5)
  }

  // MARK: Behaviour 7

  @Test func behaviour7_anAnswerIsAwaitedForLessThanAClaimLasts() {
    #expect(RenewalTimes.answerSeconds + 10 < RenewalTimes.claimSeconds)
  }

  @Test func behaviour7_onlyOnesOwnClaimIsReleased() async throws {
    let bench = Mutex<Bench?>(nil)
    let server = try await HostileServer { _ in
      // While the service thinks, the claim's time runs out and another process claims.
      guard let made = bench.withLock({ $0 }) else { return .cut }
      made.clock.advance(seconds: RenewalTimes.claimSeconds + 1)
      guard let kept = try? await made.kept(), var record = kept.record else { return .cut }
      record.claim = TokenClaim(
        attempt: "another", holder: "b", deadline: made.clock.now.adding(seconds: 45),
        refreshDigest: nil)
      _ = try? await made.store.swapTokens(
        TokenWrite(
          name: made.subject.name, id: kept.id, version: kept.version, record: record,
          provenance: provenance))
      return .body("", status: 503)
    }
    let made = try await Bench(server.service)
    bench.withLock { $0 = made }
    try await made.authorize()
    guard case .waiting = await made.renew() else {
      Issue.record("a lost claim is not seen")
      return
    }
    #expect(try await made.kept().record?.claim?.attempt == "another")
  }

  // MARK: Behaviour 8

  @Test func behaviour8_theAnswerIsOnTheDiskSealedBeforeItIsSaved() async throws {
    let server = try await HostileServer.rotating()
    let bench = try await Bench(server.service)
    try await bench.authorize()
    let seen = Mutex<[(name: String, mode: Int?, bytes: Data)]>([])
    let folder = bench.folder.path + "/.vaultctl/answers"
    let watched = UnreliableTokens(bench.store) { number, _ in
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
    guard case .renewed = await bench.renew(bench.renewer(watched)) else {
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
    #expect(bench.journaled == [])
  }

  @Test func behaviour8_aFailingSaveIsTriedUntilItIsDone() async throws {
    let server = try await HostileServer.rotating()
    let bench = try await Bench(server.service)
    try await bench.authorize()
    let flaky = UnreliableTokens(bench.store) { number, _ in
      (2...30).contains(number) ? .refused(.unavailable("it is away")) : nil
    }
    guard case .renewed = await bench.renew(bench.renewer(flaky)) else {
      Issue.record("it gave up")
      return
    }
    #expect(text(try await bench.kept().refresh) == "refresh-1")
    #expect(server.calls.count == 1)
  }

  @Test func behaviour8_aSaveWhoseAnswerIsLostIsNotDoneTwice() async throws {
    let server = try await HostileServer.rotating()
    let bench = try await Bench(server.service)
    try await bench.authorize()
    let lossy = UnreliableTokens(bench.store) { number, _ in
      number == 2 ? .lost(.outcomeUnknown("the answer is lost")) : nil
    }
    guard case .renewed = await bench.renew(bench.renewer(lossy)) else {
      Issue.record("it gave up")
      return
    }
    #expect(lossy.swaps == 2)
    #expect(text(try await bench.kept().refresh) == "refresh-1")
    let events = try await bench.store.events(of: bench.subject.name).map(\.what)
    #expect(events.count { $0 == "token refreshed" } == 1)
  }

  /// A renewer whose process ends while the store is away.
  private func dying(_ bench: Bench, journal: AnswerJournal) -> Renewer {
    let clock = bench.clock
    let away = UnreliableTokens(bench.store) { number, _ in
      number >= 2 ? .refused(.unavailable("it is away")) : nil
    }
    return Renewer(
      store: away, tokens: away, http: LiveHTTP(), journal: journal,
      surroundings: RenewalSurroundings(
        now: { clock.now }, sleep: { _ in }, random: { 0 }, isEnding: { true }),
      rule: .standard, holder: "dying", provenance: { provenance })
  }

  @Test func aJournalThatCannotBeWrittenIsTold() async throws {
    let server = try await HostileServer.rotating()
    let bench = try await Bench(server.service)
    try await bench.authorize()
    let nowhere = AnswerJournal(folder: "/dev/null/answers")
    // A store that takes them makes up for it.
    guard case .renewed = await bench.renew(bench.renewer(bench.store, journal: nowhere)) else {
      Issue.record("the journal kept the tokens from the store")
      return
    }
    bench.clock.advance(seconds: 3500)
    let outcome = await bench.renew(dying(bench, journal: nowhere))
    #expect(outcome == .unsaved("it is away", isJournaled: false))
  }

  @Test func behaviour8_aJournalIsReplayedAtTheStart() async throws {
    let server = try await HostileServer.rotating()
    let bench = try await Bench(server.service)
    try await bench.authorize()
    let outcome = await bench.renew(dying(bench, journal: bench.journal))
    #expect(outcome == .unsaved("it is away", isJournaled: true))
    #expect(bench.journaled.count == 1)
    #expect(text(try await bench.kept().refresh) == "refresh-0")

    let next = bench.renewer(bench.anotherStore())
    let outcomes = try await next.replay([bench.subject.name: bench.subject])
    #expect(outcomes == [.saved(bench.subject.name)])
    #expect(text(try await bench.kept().refresh) == "refresh-1")
    #expect(text(try await bench.kept().access) == "access-1")
    #expect(bench.journaled == [])
    #expect(try await next.replay([bench.subject.name: bench.subject]) == [])
    // And the family lives: the new token is good.
    bench.clock.advance(seconds: 3500)
    guard case .renewed = await bench.renew(next) else {
      Issue.record("the new refresh token was lost")
      return
    }
    #expect(server.calls.count == 2)
  }

  @Test func behaviour8_anOldJournalDoesNotUndoNewerTokens() async throws {
    let server = try await HostileServer.rotating()
    let bench = try await Bench(server.service)
    try await bench.authorize()
    let entry = JournaledAnswer(
      store: bench.store.description.description, connection: bench.subject.name, id: bench.id,
      attempt: "old", base: "something earlier", kind: .refresh, requested: ["read"],
      client: try #require(bench.subject.mark),
      answer: RawAnswer(
        status: 200, body: Array(#"{"access_token": "old", "refresh_token": "old"}"#.utf8),
        sentAt: bench.clock.now))
    try bench.journal.keep(entry, under: await bench.store.tokenKey())
    let outcomes = try await bench.renewer().replay([bench.subject.name: bench.subject])
    #expect(outcomes == [.cleared(bench.subject.name)])
    #expect(text(try await bench.kept().refresh) == "refresh-0")
    #expect(bench.journaled == [])
  }

  @Test func behaviour8_aDamagedJournalIsToldAndLeft() async throws {
    let server = try await HostileServer.rotating()
    let bench = try await Bench(server.service)
    try await bench.authorize()
    try bench.folder.write("{}", to: ".vaultctl/answers/broken.answer")
    let outcomes = try await bench.renewer().replay([:])
    guard case .unreadable(let file) = outcomes.first else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(file.hasSuffix("broken.answer"))
    #expect(bench.journaled == ["broken.answer"])
  }

  // MARK: Behaviour 9

  @Test func behaviour9_theNewTokenIsSavedBeforeAnythingElseIsAsked() async throws {
    let bench = Mutex<Bench?>(nil)
    let keptThen = Mutex<String?>(nil)
    let server = try await HostileServer { call in
      if call.path == "/introspect" {
        let kept = try? await bench.withLock { $0 }?.kept()
        keptThen.withLock { $0 = text(kept?.refresh) }
        return .body("", status: 500)
      }
      return .body(#"{"access_token": "access-1", "refresh_token": "refresh-1"}"#)
    }
    var service = server.service
    service.introspectionEndpoint = EndpointTemplate(server.address + "/introspect")
    let made = try await Bench(service)
    bench.withLock { $0 = made }
    try await made.authorize()
    guard case .renewed = await made.renew() else {
      Issue.record("a failed introspection undid a renewal")
      return
    }
    #expect(keptThen.withLock { $0 } == "refresh-1")
  }

  @Test func behaviour4_introspectionTellsAnUnknownEnd() async throws {
    let server = try await HostileServer { call in
      call.path == "/introspect"
        ? .body(#"{"active": true, "exp": 1790009999, "scope": "read write"}"#)
        : .body(#"{"access_token": "access-1"}"#)
    }
    var service = server.service
    service.introspectionEndpoint = EndpointTemplate(server.address + "/introspect")
    let bench = try await Bench(service, grant: .clientCredentials)
    guard case .renewed(let record) = await bench.renew() else {
      Issue.record("it was not minted")
      return
    }
    #expect(record.tokens?.expiry == .at(Timestamp(milliseconds: 1_790_009_999_000)))
    #expect(record.tokens?.granted == ["read", "write"])
    #expect(try await bench.kept().record == record)
  }

  // MARK: Behaviour 10

  @Test func behaviour10_withoutANewRefreshTokenTheOldOneStays() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "access-1", "expires_in": 60}"#)
    }
    let bench = try await Bench(server.service)
    try await bench.authorize()
    _ = await bench.renew()
    let kept = try await bench.kept()
    #expect(text(kept.refresh) == "refresh-0" && text(kept.access) == "access-1")
    #expect(kept.record?.tokens?.refresh != nil)
  }

  // MARK: Behaviour 11

  @Test func behaviour11_aLostAnswerIsTriedOnceMoreAtTheLastMoment() async throws {
    let server = try await HostileServer { _ in .cut }
    let bench = try await Bench(server.service)
    try await bench.authorize(isDue: false)
    bench.clock.advance(seconds: 2700)
    guard case .failed = await bench.renew() else {
      Issue.record("a cut connection is no failure")
      return
    }
    #expect(server.calls.count == 1)
    // The service has rotated; what it gave is lost.
    server.answer { _ in .body(#"{"error": "invalid_grant"}"#, status: 400) }
    bench.clock.advance(seconds: 60)
    guard case .waiting = await bench.renew() else {
      Issue.record("a spent token was presented again at once")
      return
    }
    #expect(server.calls.count == 1)
    bench.clock.advance(seconds: 800)
    #expect(await bench.renew() == .needsAuthorization(.answerLost))
    #expect(server.calls.count == 2)
    #expect(text(try await bench.kept().access) == "access-0")
  }

  @Test func behaviour11_inAGraceWindowALostAnswerIsMendedAtOnce() async throws {
    let server = try await HostileServer { call in
      call.number == 1
        ? .cut : .body(#"{"access_token": "access-1", "refresh_token": "refresh-1"}"#)
    }
    var service = server.service
    service.refresh.graceSeconds = 600
    let bench = try await Bench(service)
    try await bench.authorize(isDue: false)
    bench.clock.advance(seconds: 2700)
    _ = await bench.renew()
    bench.clock.advance(seconds: RenewalTimes.claimSeconds)
    guard case .renewed = await bench.renew() else {
      Issue.record("the grace window was not used")
      return
    }
    #expect(text(try await bench.kept().refresh) == "refresh-1")
  }

  // MARK: Behaviour 12

  @Test func behaviour12_invalidGrantLooksAgainBeforeItGivesUp() async throws {
    let bench = Mutex<Bench?>(nil)
    let server = try await HostileServer { _ in
      // Somebody authorizes anew while the service thinks.
      try? await bench.withLock { $0 }?.authorize(
        access: "access-9", refresh: "refresh-9", isDue: false)
      return .body(#"{"error": "invalid_grant"}"#, status: 400)
    }
    let made = try await Bench(server.service)
    bench.withLock { $0 = made }
    try await made.authorize()
    var record = try #require(try await made.kept().record)
    record.tokens?.attempt = "before"
    _ = try await made.store.swapTokens(
      TokenWrite(
        name: made.subject.name, id: made.id, version: try await made.kept().version,
        record: record, provenance: provenance))
    guard case .adopted = await made.renew() else {
      Issue.record("a good token was given up")
      return
    }
    #expect(text(try await made.kept().refresh) == "refresh-9")
    #expect(try await made.kept().record?.stop == nil)
  }

  // MARK: Behaviours 13, 15

  @Test func behaviour15_aDeadGrantIsNotAskedForAgainAndNothingIsLost() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"error": "invalid_grant"}"#, status: 400)
    }
    let bench = try await Bench(server.service)
    try await bench.authorize()
    for _ in 0..<5 {
      #expect(await bench.renew() == .needsAuthorization(.refused(code: "invalid_grant")))
      bench.clock.advance(seconds: 600)
    }
    #expect(server.calls.count == 1)
    let kept = try await bench.kept()
    #expect(text(kept.access) == "access-0" && text(kept.refresh) == "refresh-0")
    #expect(kept.record?.history.count == 1)
    #expect(bench.journaled == [])
  }

  @Test func behaviour13_passingFaultsAreTriedAgainLater() async throws {
    let server = try await HostileServer { call in
      switch call.number {
      case 1: .body("", status: 503)
      case 2: .body("", status: 429, headers: ["Retry-After": "30"])
      default: .body(#"{"access_token": "access-1", "refresh_token": "refresh-1"}"#)
      }
    }
    let bench = try await Bench(server.service)
    try await bench.authorize()
    guard case .failed(_, let first?) = await bench.renew() else {
      Issue.record("503 is no failure")
      return
    }
    guard case .waiting = await bench.renew() else {
      Issue.record("it did not wait")
      return
    }
    bench.clock.advance(seconds: first.seconds(since: bench.clock.now) + 1)
    guard case .failed(_, let second?) = await bench.renew() else {
      Issue.record("429 is no failure")
      return
    }
    #expect(second.seconds(since: bench.clock.now) >= 30)
    bench.clock.advance(seconds: second.seconds(since: bench.clock.now) + 1)
    guard case .renewed(let record) = await bench.renew() else {
      Issue.record("it was not tried again")
      return
    }
    #expect(record.attempts == 0 && record.history.count == 2)
    #expect(server.calls.count == 3)
  }

  // MARK: Behaviour 19

  @Test(arguments: [true, false])
  func behaviour19_usePutsTheIdleEndOffWhereTheServiceSaysSo(isExtended: Bool) async throws {
    let server = try await HostileServer.rotating()
    var service = server.service
    service.refresh.idleSeconds = 30 * 86_400
    service.refresh.idleRenewedBy = "extended"
    let bench = try await Bench(service, declared: isExtended ? ["extended"] : ["read"])
    let consented = bench.clock.now
    try await bench.authorize()
    guard case .renewed(let record) = await bench.renew() else {
      Issue.record("it was not renewed")
      return
    }
    let refresh = try #require(record.tokens?.refresh)
    #expect(refresh.consentedAt == consented)
    let month = Int64(30 * 86_400)
    #expect(refresh.idleUntil == (isExtended ? bench.clock.now.adding(seconds: month) : nil))
    #expect(refresh.hardUntil == (isExtended ? nil : consented.adding(seconds: month)))
  }

  // MARK: Behaviour 17

  @Test func behaviour17_aRefreshNamesNoScopes() async throws {
    let server = try await HostileServer.rotating()
    let bench = try await Bench(server.service)
    try await bench.authorize()
    _ = await bench.renew()
    #expect(server.calls.map { Set($0.form.keys) } == [["grant_type", "refresh_token"]])
  }

  @Test func behaviour17_clientCredentialsMintAgainEvenWithARefreshToken() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "a", "refresh_token": "r", "expires_in": 3600}"#)
    }
    let bench = try await Bench(server.service, grant: .clientCredentials)
    _ = await bench.renew()
    bench.clock.advance(seconds: 3500)
    _ = await bench.renew()
    #expect(
      server.calls.map { $0.form["grant_type"] } == ["client_credentials", "client_credentials"])
  }

  // MARK: Behaviour 18

  @Test func behaviour18_anAbsentScopeIsWhatWasRequestedAndThenWhatWasGranted() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "a", "refresh_token": "r", "expires_in": 3600}"#)
    }
    let minted = try await Bench(
      server.service, grant: .clientCredentials, declared: ["read", "write"])
    guard case .renewed(let first) = await minted.renew() else {
      Issue.record("it was not minted")
      return
    }
    #expect(first.tokens?.granted == ["read", "write"])

    let refreshed = try await Bench(server.service)
    try await refreshed.authorize()
    guard case .renewed(let record) = await refreshed.renew() else {
      Issue.record("it was not refreshed")
      return
    }
    #expect(record.tokens?.granted == ["read"])
  }

  @Test func behaviour18_whatARefreshTakesAwayIsRemembered() async throws {
    let server = try await HostileServer { call in
      .body(
        """
        {"access_token": "a", "refresh_token": "r\(call.number)", "expires_in": 3600,
         "scope": "\(call.number == 3 ? "read,write" : "read")"}
        """)
    }
    let bench = try await Bench(server.service, declared: ["read", "write"])
    try await bench.authorize()
    for expected in [["write"], ["write"], []] as [Set<Scope>] {
      guard case .renewed(let record) = await bench.renew(isForced: true) else {
        Issue.record("it was not refreshed")
        return
      }
      #expect(record.tokens?.narrowed == expected)
    }
  }
}
