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

func text(_ secret: SecretBytes?) -> String? {
  secret?.withBytes { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
}

/// A SQLite store with one connection, a token endpoint, and what renews between them.
final class RenewalHarness: Sendable {
  let folder: TemporaryFolder
  let store: SQLiteBackend
  let clock = TestRuntime()
  let subject: RenewalSubject
  let id: StoreID
  let secrets: [FieldName: SecretBytes]
  let journal: ResponseJournal
  let protection = TestProtection()

  init(
    _ service: OAuthService, grant: OAuthGrant = .authorizationCode,
    declared: Set<Scope>? = ["read"],
    clientSecret: String? = "cl13nt-s3cret", privateKey: String? = nil
  ) async throws {
    folder = try TemporaryFolder()
    store = SQLiteBackend(
      path: folder.path + "/.vaultctl/vault.db", shownPath: ".vaultctl/vault.db",
      protection: protection)
    journal = ResponseJournal(folder: folder.path + "/.vaultctl/answers")
    let plain: [FieldName: PlainValue] = ["client_id": .string("flows")]
    var secrets: [FieldName: SecretBytes] = [:]
    secrets["client_secret"] = clientSecret.map { secret($0) }
    secrets["private_key"] = privateKey.map { secret($0) }
    self.secrets = secrets
    let name = try name("crm")
    let run = try await store.beginRun([], by: provenance)
    let record = try await run.writer.carryOut(
      StoreWrite(
        name: name, action: .create, app: "crm", setupType: "oauth",
        fields: plain.mapValues { .plain($0) }, provenance: provenance))
    id = try #require(record?.storeID)
    subject = RenewalSubject(
      name: name, grant: grant, service: service, plain: plain,
      version: try #require(record?.version), declared: declared, destinations: service.hosts)
  }

  /// The same file, as another process would open it.
  func anotherStore() -> SQLiteBackend {
    SQLiteBackend(
      path: folder.path + "/.vaultctl/vault.db", shownPath: ".vaultctl/vault.db",
      protection: protection)
  }

  func renewer(
    _ store: (any TokenStore)? = nil, http: (any HTTPTransport)? = nil,
    journal: ResponseJournal? = nil,
    isRealTime: Bool = false, isEnding: Bool = false, waitsForOthers: Bool = true,
    reportDelay: @escaping @Sendable (ConnectionName, StoreError, Journaling) -> Void = { _, _, _ in
    }
  ) -> Renewer {
    let store = store ?? self.store
    return Renewer(
      tokens: store,
      http: http ?? LiveHTTPTransport(limits: HTTPLimits(body: 1 << 20)),
      journal: journal ?? self.journal,
      runtime: isRealTime ? clock.sleepingReally : clock.runtime, isEnding: { isEnding },
      rule: .standard, holder: "test", waitsForOthers: waitsForOthers,
      provenance: { provenance }, reportDelay: reportDelay)
  }

  /// Tokens as a consent would have left them, due by now.
  func authorize(
    access: String = "access-0", refresh: String? = "refresh-0", lifetime: Int64 = 3600,
    isDue: Bool = true, client: ClientIdentity? = nil, attempt: TokenAttempt = "consent",
    consentedAt: Timestamp? = nil
  ) async throws {
    let issued = clock.now
    let record = TokenRecord(
      client: try client ?? #require(subject.clientIdentity), grant: subject.grant,
      requested: subject.declared ?? [],
      tokens: TokenMetadata(
        attempt: attempt, issuedAt: issued, expiry: .at(issued.adding(seconds: lifetime)),
        granted: subject.declared ?? [],
        refresh: refresh.map { _ in
          RefreshMetadata(consentedAt: consentedAt ?? issued, usedAt: issued)
        },
        verifiedAt: issued))
    let stored = try await store.openTokens(of: subject.name)
    _ = try await store.swapTokens(
      TokenWrite(
        name: subject.name, id: id, version: stored.version, record: record,
        tokens: .put(access: secret(access), refresh: refresh.map { secret($0) }),
        event: .authorized, provenance: provenance))
    if isDue { clock.advance(seconds: lifetime - 60) }
  }

  func stored() async throws -> StoredTokens { try await store.openTokens(of: subject.name) }

  @discardableResult
  func renew(_ renewer: Renewer? = nil, isForced: Bool = false) async -> RenewalOutcome {
    await (renewer ?? self.renewer()).renew(subject, secrets: secrets, isForced: isForced)
  }

  var journaled: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/.vaultctl/answers")) ?? []
  }
}

extension HostileServer {
  /// A service whose refresh tokens are good once each: `refresh-N` gives `access-N+1` and
  /// `refresh-N+1`, and a used one kills the family.
  static func rotating(
    answer: @escaping @Sendable (Call, String) async -> Answer = { .body($1) }
  ) async throws -> HostileServer {
    let next = Mutex((number: 0, isDead: false))
    return try await HostileServer { call in
      guard call.form["grant_type"] == "refresh_token" else {
        return .body(#"{"error": "unsupported_grant_type"}"#, status: 400)
      }
      let given = call.form["refresh_token"] ?? ""
      let number = next.withLock { next -> Int? in
        if next.isDead || given != "refresh-\(next.number)" {
          next.isDead = true
          return nil
        }
        next.number += 1
        return next.number
      }
      guard let number else { return .body(#"{"error": "invalid_grant"}"#, status: 400) }
      return await answer(
        call,
        """
        {"access_token": "access-\(number)", "refresh_token": "refresh-\(number)", \
        "expires_in": 3600, "token_type": "Bearer"}
        """)
    }
  }

  var service: OAuthService {
    OAuthService(
      token: EndpointTemplate(address + "/token"), refresh: RefreshRules(rotation: .always))
  }
}

extension OAuthService {
  /// The hosts of its endpoints.
  var hosts: Set<Destination> { Set(endpoints.compactMap { Destination(url: $0.text) }) }
}
