import Applying
import Diagnostics
import Model
import Pacing
import Renewing
import Secrets
import Stores
import Tokens

extension TokenRenewer {
  /// What the tokens of some connections came from, and when the next one is due.
  func attempts(
    of names: Set<ConnectionName>
  ) async throws -> (attempts: [ConnectionName: TokenAttempt], nextDue: Timestamp?) {
    let snapshot = try await session.read()
    let subjects = subjects(snapshot).filter { names.contains($0.key) }
    let records = try await storedRecords(in: snapshot).mapValues(\.record)
    let now = session.runtime.now()
    return (
      subjects.keys.reduce(into: [:]) { $0[$1] = records[$1]?.tokens?.attempt },
      subjects.values.compactMap { due($0, records, now) }.min()
    )
  }

  func storedRecords(
    in snapshot: Snapshot
  ) async throws -> [ConnectionName: StoredTokenRecord] {
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokens.tokenRecords(in: snapshot)
    }
  }

  /// What only a person can give to these connections, by name.
  func needs(
    of names: Set<ConnectionName>
  ) async throws -> [(name: ConnectionName, need: AuthorizationNeed)] {
    let snapshot = try await session.read()
    let subjects = subjects(snapshot)
    let records = try await storedRecords(in: snapshot)
    return names.sorted().compactMap { name in
      guard let subject = subjects[name], let record = records[name]?.record else { return nil }
      return record.need(of: subject, at: session.runtime.now()).map { (name, $0) }
    }
  }

  func subjects(_ snapshot: Snapshot) -> [ConnectionName: RenewalSubject] {
    session.renewalSubjects(snapshot)
  }

  /// The opened setup of each.
  func secrets(
    of names: Set<ConnectionName>
  ) async throws -> [ConnectionName: [FieldName: SecretBytes]] {
    let opened = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await session.store.secrets?.secrets(of: names) ?? [:]
    }
    return opened.byConnection
  }

  /// The opened setup of each, and why others cannot be opened.
  func setups(
    of names: Set<ConnectionName>
  ) async throws -> (
    secrets: [ConnectionName: [FieldName: SecretBytes]], failures: [ConnectionName: StoreError]
  ) {
    guard let reader = session.store.secrets else { return ([:], [:]) }
    let opened = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await SetupOpener(reader).opened(names)
    }
    return (opened.secrets.byConnection, opened.failures)
  }

  /// When a connection's tokens are looked at again; `nil` if only a person can change something.
  func due(
    _ subject: RenewalSubject, _ records: [ConnectionName: TokenRecord], _ now: Timestamp
  ) -> Timestamp? {
    switch subject.decision(records[subject.name], rule: rule, now: now) {
    case .use(let until): until
    case .wait(let until): until
    case .mint, .refresh: pauses.end(of: subject.name) ?? now
    case .ask, .stopped: nil
    }
  }

  func requireTokens(
    _ names: Set<ConnectionName>, _ subjects: [ConnectionName: RenewalSubject],
    _ snapshot: Snapshot
  ) throws {
    let faults = names.filter { subjects[$0] == nil }.sorted().map { name -> Diagnostic in
      snapshot.actual[name] == nil
        ? Diagnostic(.notFound(name), in: session.store.description)
        : .noTokens(name, session.renewalObstacle(of: name, in: snapshot))
    }
    if !faults.isEmpty { throw Failure(faults) }
  }

  /// For connections whose setups are handed over.
  ///
  /// - Throws: if one has tokens and its setup cannot be read as one that obtains some: its client's secrets
  ///   would be handed over in their place.
  func requireReadable(_ names: Set<ConnectionName>, _ snapshot: Snapshot) async throws {
    var ids: [ConnectionName: StoreID] = [:]
    for name in names where session.renewalObstacle(of: name, in: snapshot) != nil {
      ids[name] = snapshot.actual[name]?.id
    }
    if ids.isEmpty { return }
    let records = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokens.tokenRecords(of: ids)
    }
    let obstacles = session.renewalObstacles(
      snapshot, records.mapValues(\.record), besides: [:])
    let faults = obstacles.sorted { $0.key < $1.key }.map { name, obstacle in
      Diagnostic.tokenUnusable(name, obstacle, in: session)
    }
    if !faults.isEmpty { throw Failure(faults) }
  }
}

extension TokenRecord {
  func need(of subject: RenewalSubject, at now: Timestamp) -> AuthorizationNeed? {
    need(
      client: subject.clientIdentity, declared: subject.declared, rules: subject.service.scopes,
      now: now)
  }
}
