import HTTP
import Model
import Renewing
import SQLiteStore
import Secrets
import Stores
import Synchronization
import TestSupport
import Testing
import Tokens

/// A person is asked once: what their consent brought is kept, whatever happens meanwhile.
@Suite struct ConsentTests {
  private let service = OAuthService(
    token: "https://id.example.com/token", refresh: RefreshRules(rotation: .always))

  private func consent(
    _ harness: RenewalHarness, _ renewer: Renewer,
    meanwhile: @Sendable () async -> Void
  ) async throws -> (outcome: AuthorizationOutcome, superseded: SupersededTokens?) {
    let client = try harness.subject.client(harness.secrets, record: nil)
    let now = harness.clock.now
    return await renewer.authorize(harness.subject, client, scopes: ["read"]) {
      (_) async throws(TokenError) in
      await meanwhile()
      let body =
        #"{"access_token": "consented", "refresh_token": "given", "expires_in": 3600, "scope": "read"}"#
      return RawResponse(status: 200, body: Array(body.utf8), sentAt: now)
    }
  }

  @Test func itOutlivesAStoreThatGoesAway() async throws {
    let harness = try await RenewalHarness(service)
    let isAway = Atomic(false)
    let store = UnreliableTokens(
      harness.store, isAway: { isAway.load(ordering: .acquiring) }, fault: { _, _ in nil })
    let renewer = harness.renewer(store, isEnding: true)
    let (outcome, _) = try await consent(harness, renewer) {
      isAway.store(true, ordering: .releasing)
    }
    #expect(outcome == .unsaved("it is away", .written))
    #expect(harness.journaled.count == 1)
    let subjects = [harness.subject.name: harness.subject]
    #expect(try await harness.renewer().replay(subjects) == [.saved(harness.subject.name)])
    #expect(text(try await harness.stored().refresh) == "given")
  }

  /// A renewal of the tokens of an earlier consent.
  private func renew(_ harness: RenewalHarness, consentedAt: Timestamp) async {
    do {
      try await harness.authorize(
        access: "access-1", refresh: "refresh-1", isDue: false, attempt: "renewed",
        consentedAt: consentedAt)
    } catch { Issue.record("\(error)") }
  }

  @Test func itReplacesWhatWasRenewedMeanwhile() async throws {
    let harness = try await RenewalHarness(service)
    try await harness.authorize(isDue: false)
    let consentedAt = harness.clock.now
    harness.clock.advance(seconds: 10)
    let (outcome, superseded) = try await consent(harness, harness.renewer()) {
      await renew(harness, consentedAt: consentedAt)
    }
    guard case .authorized = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(text(superseded?.refresh) == "refresh-1")
    #expect(text(try await harness.stored().refresh) == "given")
    #expect(harness.journaled == [])
  }

  /// Killed before it was saved, while another process renewed the tokens that it replaces.
  @Test func fromTheJournalItReplacesThemToo() async throws {
    let harness = try await RenewalHarness(service)
    try await harness.authorize(isDue: false)
    let consentedAt = harness.clock.now
    harness.clock.advance(seconds: 10)
    let isAway = Atomic(false)
    let store = UnreliableTokens(
      harness.store, isAway: { isAway.load(ordering: .acquiring) }, fault: { _, _ in nil })
    _ = try await consent(harness, harness.renewer(store, isEnding: true)) {
      await renew(harness, consentedAt: consentedAt)
      isAway.store(true, ordering: .releasing)
    }
    let subjects = [harness.subject.name: harness.subject]
    #expect(try await harness.renewer().replay(subjects) == [.saved(harness.subject.name)])
    #expect(text(try await harness.stored().refresh) == "given")
  }

  @Test func aLaterConsentIsNotReplaced() async throws {
    let harness = try await RenewalHarness(service)
    let isAway = Atomic(false)
    let store = UnreliableTokens(
      harness.store, isAway: { isAway.load(ordering: .acquiring) }, fault: { _, _ in nil })
    _ = try await consent(harness, harness.renewer(store, isEnding: true)) {
      isAway.store(true, ordering: .releasing)
    }
    harness.clock.advance(seconds: 10)
    try await harness.authorize(refresh: "later", isDue: false)
    let subjects = [harness.subject.name: harness.subject]
    #expect(try await harness.renewer().replay(subjects) == [.cleared(harness.subject.name)])
    #expect(text(try await harness.stored().refresh) == "later")
  }

  @Test func itIsOfTheConnectionThatWasCreatedAgain() async throws {
    let harness = try await RenewalHarness(service)
    let (outcome, _) = try await consent(harness, harness.renewer()) {
      do {
        let run = try await harness.store.beginRun([], by: provenance)
        _ = try await run.writer.carryOut(
          StoreWrite(
            name: harness.subject.name,
            action: .replace(harness.id, from: harness.subject.version), app: "crm",
            setupType: "oauth", fields: ["client_id": .plain(.string("flows"))],
            provenance: provenance))
      } catch { Issue.record("\(error)") }
    }
    guard case .authorized = outcome else {
      Issue.record("\(outcome)")
      return
    }
    let stored = try await harness.stored()
    #expect(stored.id != harness.id)
    #expect(text(stored.refresh) == "given")
    #expect(harness.journaled == [])
  }
}
