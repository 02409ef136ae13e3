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
  private func store(_ server: BaoServer, _ protection: TestProtection) -> OpenBaoBackend {
    let root = server.root
    return OpenBaoBackend(
      address: root.address, namespace: nil, mount: "secret", prefix: "vaultctl",
      environment: "prod", destroys: false,
      credentials: { () throws(StoreError) in .token(root.token) }, http: LiveHTTPTransport(),
      runtime: .real, protection: protection)
  }

  private func renewer(_ store: OpenBaoBackend, _ clock: TestRuntime, journal: String) -> Renewer {
    Renewer(
      tokens: store, http: LiveHTTPTransport(),
      journal: ResponseJournal(folder: journal),
      runtime: clock.sleepingReally, isEnding: { false }, rule: .standard,
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
          let renewer = renewer(store, clock, journal: folder.path + "/\(number)")
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
      case .renewed = await renewer(store, clock, journal: folder.path).renew(subject, secrets: [:])
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
