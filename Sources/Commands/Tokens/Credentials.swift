import Diagnostics
import Manifests
import Model
import Pacing
import Renewing
import Secrets
import Stores

/// The opened credentials of connections, with valid tokens.
struct Credentials {
  private let snapshot: Snapshot
  private let secrets: [ConnectionName: [FieldName: SecretBytes]]
  private var access: [ConnectionName: SecretBytes] = [:]

  /// Renews the due ones among these, and opens them.
  ///
  /// A failed renewal is reported; the current token is used until it expires.
  ///
  /// - Parameters:
  ///   - signals: wait until the tokens of an exchange in progress are saved.
  ///   - minimum: seconds that each token must still be valid for; those that are not are renewed.
  ///   - report: takes what was noticed.
  init(
    _ session: Session, _ names: Set<ConnectionName>, _ signals: SignalForwarder,
    minimum: Int64 = 0, console: Console, report: ([Diagnostic]) -> Void
  ) async throws {
    snapshot = try await session.read()
    let missing = names.filter { [snapshot] in snapshot.actual[$0] == nil }.sorted()
    if !missing.isEmpty {
      throw Failure(missing.map { Diagnostic.notStored($0, session) })
    }
    if let tokens = session.store.tokens {
      let tokenRenewer = try TokenRenewer(session, deferring: signals, minimum: minimum)
      let subjects = tokenRenewer.subjects(snapshot)
      try await tokenRenewer.requireReadable(names, snapshot)
      let renewed = names.filter { subjects[$0] != nil }
      var failed: Set<ConnectionName> = []
      if !renewed.isEmpty {
        let results = try await tokenRenewer.run(.due(renewed), console: console)
        report(results.compactMap { $0.diagnostic(in: session) })
        failed = Set(results.filter(\.isFailure).map(\.name))
      }
      for name in renewed.sorted() {
        let kept = try await session.mappingStoreErrors { () async throws(StoreError) in
          try await tokens.openTokens(of: name)
        }
        guard let token = kept.access else {
          let needsPerson = subjects[name]?.grant.needsPerson ?? true
          throw Failure(
            .noTokenToHandOver(name, session.command(needsPerson ? "authorize" : "refresh", name)))
        }
        if let tokens = kept.record?.tokens, let end = tokens.expiry.time {
          let now = tokens.serviceTime(at: session.runtime.now())
          if end <= now { throw Failure(.expiredToken(name, end)) }
          if end.seconds(since: now) < minimum {
            throw Failure(.endsTooSoon(name, end, minimum, hasFailed: failed.contains(name)))
          }
        }
        access[name] = token
      }
    }
    let opened = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await session.store.secrets?.secrets(of: names) ?? [:]
    }
    secrets = opened.byConnection
  }

  /// By field, sorted; the access token last, which replaces the client's secrets.
  func values(of name: ConnectionName) throws -> [(field: String, value: SecretBytes)] {
    var values: [(field: String, value: SecretBytes)] = []
    let isToken = access[name] != nil
    for (field, value) in (snapshot.actual[name]?.fields ?? [:]).sorted(by: { $0.key < $1.key }) {
      switch value {
      case .plain(let plain): values.append((field.rawValue, SecretBytes(copying: plain.text.utf8)))
      case .secret:
        guard !isToken, let secret = secrets[name]?[field] else { continue }
        values.append((field.rawValue, secret))
      }
    }
    access[name].map { values.append(("access_token", $0)) }
    return values
  }
}

extension Diagnostic {
  fileprivate static func notStored(_ name: ConnectionName, _ session: Session) -> Diagnostic {
    Diagnostic(
      .notInStore, "the store has no connection `\(name)`",
      at: .connection(name.rawValue, store: session.store.description.description),
      help: ["list its connections: vaultctl status"])
  }

  fileprivate static func noTokenToHandOver(
    _ name: ConnectionName, _ command: String
  ) -> Diagnostic {
    Diagnostic(
      .unauthorized, "`\(name)` has no access token", help: ["obtain one: \(command)"])
  }

  fileprivate static func endsTooSoon(
    _ name: ConnectionName, _ end: Timestamp, _ minimum: Int64, hasFailed: Bool
  ) -> Diagnostic {
    let asked = "--min-ttl asks for one that is valid for \(minimum) s, and"
    return Diagnostic(
      .tokenExpired, "the access token of `\(name)` ends at \(end)",
      notes: ["\(asked) \(hasFailed ? "it could not be renewed" : "the service issues none")"],
      help: [
        hasFailed
          ? "see why: vaultctl status" : "ask for less, or run the command in shorter parts"
      ])
  }

  fileprivate static func expiredToken(_ name: ConnectionName, _ end: Timestamp) -> Diagnostic {
    Diagnostic(
      .tokenExpired, "the access token of `\(name)` expired at \(end)",
      notes: ["it could not be renewed"], help: ["see why: vaultctl status"])
  }
}
