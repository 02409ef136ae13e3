import Foundation
import HTTP
import Model
import OpenBaoStore
import Renewing
import Secrets
import Stores
import TestAuthorizationServer
import TestOpenBao
import TestSupport
import Testing
import Tokens

/// The same promises with tokens in OpenBao's own server.
@Suite struct OpenBaoRenewalTests {
  private func store(
    _ server: BaoServer, _ protection: TestProtection,
    http: any HTTPTransport = LiveHTTPTransport()
  ) -> OpenBaoBackend {
    let root = server.root
    return OpenBaoBackend(
      address: root.address, namespace: nil, mount: "secret", prefix: "vaultctl",
      environment: "prod", destroys: false,
      credentials: { () throws(StoreError) in .token(root.token) }, http: http,
      runtime: .real, protection: protection)
  }

  private func renewer(
    _ store: OpenBaoBackend, _ clock: TestRuntime, journal: ResponseJournal,
    isEnding: @escaping @Sendable () -> Bool = { false }
  ) -> Renewer {
    Renewer(
      tokens: store, http: LiveHTTPTransport(), journal: journal,
      runtime: clock.sleepingReally, isEnding: isEnding, rule: .standard,
      holder: "test", provenance: { provenance })
  }

  /// A connection with tokens that are due.
  private func subject(
    in store: OpenBaoBackend, _ service: OAuthService, _ clock: TestRuntime
  ) async throws -> RenewalSubject {
    let name = try name("crm")
    let run = try await store.beginRun([StoreIntent(name, .create)], by: provenance)
    let made = try await run.writer.carryOut(
      StoreWrite(
        name: name, action: .create, app: "crm", setupType: "oauth",
        fields: ["client_id": .plain(.string("flows"))], provenance: provenance))
    try await run.end?(provenance.at)
    let record = try #require(made)
    let subject = RenewalSubject(
      name: name, grant: .authorizationCode, service: service,
      plain: ["client_id": .string("flows")], version: record.version, declared: ["read"],
      destinations: service.hosts)
    let issued = clock.now
    _ = try await store.swapTokens(
      TokenWrite(
        name: name, id: record.storeID, version: 0,
        record: TokenRecord(
          client: try #require(subject.clientIdentity), grant: .authorizationCode,
          requested: ["read"],
          tokens: TokenMetadata(
            attempt: "consent", issuedAt: issued, expiry: .at(issued.adding(seconds: 3600)),
            granted: ["read"], refresh: RefreshMetadata(consentedAt: issued, usedAt: issued),
            verifiedAt: issued)),
        tokens: .put(access: secret("access-0"), refresh: secret("refresh-0")),
        provenance: provenance))
    clock.advance(seconds: 3500)
    return subject
  }

  /// Eight clients of one server at once, fifty times: one request each time, no token twice.
  @Test func eightClientsSendOneRequestInEachOfFiftyRounds() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let service = try await HostileServer.rotating()
    let protection = TestProtection()
    let clock = TestRuntime()
    let folder = try TemporaryFolder()
    let stores = (0..<8).map { _ in store(server, protection) }
    let subject = try await subject(in: stores[0], service.service, clock)
    for round in 1...50 {
      let outcomes = await withTaskGroup(of: RenewalOutcome.self) { group in
        for (number, store) in stores.enumerated() {
          let renewer = renewer(
            store, clock, journal: ResponseJournal(folder: folder.path + "/\(number)"))
          group.addTask { await renewer.renew(subject, secrets: [:]) }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(service.calls.count == round)
      #expect(
        outcomes.count { if case .renewed = $0 { true } else { false } } == 1,
        "round \(round): \(outcomes)")
      #expect(
        outcomes.allSatisfy { outcome in
          switch outcome {
          case .renewed, .adopted, .notDue: true
          default: false
          }
        }, "round \(round): \(outcomes)")
      clock.advance(seconds: 3500)
    }
    let stored = try await stores[7].openTokens(of: subject.name)
    #expect(text(stored.refresh) == "refresh-50")
  }

  /// A server that is sealed for the tokens, as long as a test says so.
  private struct SealedForTokens: HTTPTransport {
    let live = LiveHTTPTransport()
    let isSealed: @Sendable () -> Bool

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
      if isSealed(), request.method == .post,
        request.url.contains("/data/vaultctl-tokens/prod/refresh/")
      {
        return HTTPResponse(
          status: 503, headers: [:], body: Array(#"{"errors":["Vault is sealed"]}"#.utf8))
      }
      return try await live.send(request)
    }
  }

  /// A recipient was removed while this process had the previous key open.
  @Test func aResponseIsJournaledUnderTheKeyThatTheStoreHasNow() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let service = try await HostileServer.rotating()
    let protection = TestProtection()
    let clock = TestRuntime()
    let running = store(
      server, protection, http: SealedForTokens { !service.calls.isEmpty })
    let subject = try await subject(in: running, service.service, clock)
    #expect(try await running.tokenKey().generation == 1)
    try await store(server, protection).store.key?.update(makesNew: true, by: provenance)

    let journal = ResponseJournal(try #require(running.store.exchanges))
    let dying = renewer(
      running, clock, journal: journal, isEnding: { !service.calls.isEmpty })
    guard case .unsaved(_, .written) = await dying.renew(subject, secrets: [:]) else {
      Issue.record("the response is not in the journal alone")
      return
    }
    let fresh = store(server, protection)
    let replayed = try await renewer(
      fresh, clock, journal: ResponseJournal(try #require(fresh.store.exchanges))
    ).replay([subject.name: subject])
    #expect(replayed == [.saved(subject.name)])
    #expect(text(try await fresh.openTokens(of: subject.name).refresh) == "refresh-1")
  }

  @Test func aResponseUnderAnEarlierKeyIsReportedAsThat() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let service = try await HostileServer.rotating()
    let protection = TestProtection()
    let clock = TestRuntime()
    let store = store(server, protection)
    let subject = try await subject(in: store, service.service, clock)
    let journal = ResponseJournal(try #require(store.store.exchanges))
    let entry = JournaledResponse(
      store: store.description.description, connection: subject.name,
      id: try await store.openTokens(of: subject.name).id, attempt: "one", base: "consent",
      kind: .refresh, requested: ["read"], client: try #require(subject.clientIdentity),
      response: RawResponse(
        status: 200, body: Array(#"{"access_token": "a", "refresh_token": "r"}"#.utf8),
        sentAt: clock.now))
    try await journal.write(entry, under: store.tokenKey())
    try await store.store.key?.update(makesNew: true, by: provenance)
    let replayed = try await renewer(store, clock, journal: journal).replay([subject.name: subject])
    guard case .unreadable(.underEarlierKey(subject.name, let location)) = replayed.first else {
      Issue.record("\(replayed)")
      return
    }
    #expect(location.hasSuffix("/journal/one"))
  }

  @Test func theFeedReportsWhatHappens() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let service = try await HostileServer.rotating()
    let clock = TestRuntime()
    let folder = try TemporaryFolder()
    let store = store(server, TestProtection())
    let feed = store.store.feed
    let start = try await feed.currentCursor()
    let subject = try await subject(in: store, service.service, clock)
    let (made, next) = try await feed.events(after: start)
    #expect(made.map(\.kind) == [.created, .token(.authorized)])
    guard
      case .renewed = await renewer(store, clock, journal: ResponseJournal(folder: folder.path))
        .renew(subject, secrets: [:])
    else {
      Issue.record("it was not renewed")
      return
    }
    let (renewed, last) = try await feed.events(after: next)
    #expect(renewed.map(\.kind) == [.token(.refreshed)])
    #expect(try await feed.events(after: last).0.isEmpty)
    #expect(!last.rawValue.contains("refresh-") && !last.rawValue.contains("access-"))
  }
}
