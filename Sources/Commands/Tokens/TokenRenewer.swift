import Applying
import Diagnostics
import Foundation
import HTTP
import Manifests
import Model
import Pacing
import Renewing
import Secrets
import Stores
import Tokens

/// Renews the tokens of a session's store.
struct TokenRenewer: Sendable {
  let session: Session
  let renewer: Renewer
  let tokens: any TokenStore
  private let rule: RenewalRule

  /// - Throws: if the store keeps no tokens.
  init(_ session: Session, termination: TerminationSignal?) throws {
    guard let tokens = session.store.tokens else {
      throw Failure(.storeKeepsNoTokens(session.store.description))
    }
    self.session = session
    self.tokens = tokens
    rule = session.workspace.project.renewal
    let process = ProcessInfo.processInfo.processIdentifier
    renewer = Renewer(
      tokens: tokens, http: session.tokenHTTP,
      journal: ResponseJournal(folder: session.workspace.files.path(".vaultctl/answers")),
      runtime: termination?.endingSleeps(of: session.runtime) ?? session.runtime,
      isEnding: { termination?.isReceived ?? false }, rule: rule,
      holder: "\(HostIdentity.user)@\(HostIdentity.host), process \(process)",
      provenance: session.provenance)
  }

  /// Renews the tokens that are due, of all connections or of the named ones.
  ///
  /// 1. Responses that a killed process left are saved.
  /// 2. The records say what is due, which needs no key.
  /// 3. If something is due, all setups that are needed are opened in one batch.
  /// 4. A bounded number is renewed in parallel; after one failure the others continue.
  ///
  /// - Parameters:
  ///   - names: only these, due or not; `nil` for all that are due.
  /// - Returns: what was tried, and which connections need a person, by name.
  func run(_ names: Set<ConnectionName>?, console: Console) async throws -> [CompletedRenewal] {
    try await run(names, isForced: names != nil, console: console)
  }

  /// Renews the due ones among the named connections.
  func runDue(_ names: Set<ConnectionName>, console: Console) async throws -> [CompletedRenewal] {
    try await run(names, isForced: false, console: console)
  }

  private func run(
    _ names: Set<ConnectionName>?, isForced: Bool, console: Console
  ) async throws -> [CompletedRenewal] {
    let snapshot = try await session.read()
    let subjects = subjects(snapshot)
    if let names { try requireTokens(names, subjects, snapshot) }
    console.report(try await replayed(subjects))
    let records = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokens.tokenRecords()
    }
    let now = session.runtime.now()
    var due: [RenewalSubject] = []
    var results: [CompletedRenewal] = []
    for subject in subjects.values where names?.contains(subject.name) ?? true {
      let record = records[subject.name]?.record
      switch subject.decision(record, rule: rule, now: now, isForced: isForced) {
      case .mint, .refresh: due.append(subject)
      case .ask(let need) where record != nil || names != nil:
        results.append(CompletedRenewal(name: subject.name, outcome: .needsAuthorization(need)))
      case .stopped(let code):
        results.append(CompletedRenewal(name: subject.name, outcome: .stopped(code)))
      case .wait where names != nil: due.append(subject)
      case .use, .wait, .ask: break
      }
    }
    results += try await renewed(due.sorted { $0.name < $1.name }, isForced: isForced)
    return results.sorted { $0.name < $1.name }
  }

  /// When the records must be checked again; `nil` if nothing expires.
  func nextDue() async throws -> Timestamp? {
    let subjects = subjects(try await session.read())
    let records = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokens.tokenRecords()
    }
    let now = session.runtime.now()
    return subjects.values.compactMap { subject -> Timestamp? in
      switch subject.decision(records[subject.name]?.record, rule: rule, now: now) {
      case .use(let until): until
      case .wait(let until): until
      case .mint, .refresh: now
      case .ask, .stopped: nil
      }
    }.min()
  }

  func subjects(_ snapshot: Snapshot) -> [ConnectionName: RenewalSubject] {
    snapshot.actual.compactMapValues {
      RenewalSubject($0, applied: snapshot.applied[$0.name], catalog: session.workspace.catalog)
    }
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

  private func renewed(
    _ subjects: [RenewalSubject], isForced: Bool
  ) async throws -> [CompletedRenewal] {
    if subjects.isEmpty { return [] }
    let secrets = try await secrets(of: Set(subjects.map(\.name)))
    let renewed = await renewer.renewAll(
      subjects.map { ($0, secrets[$0.name] ?? [:]) }, isForced: isForced)
    return renewed.map { CompletedRenewal(name: $0.name, outcome: $0.outcome) }
  }

  /// Saves the responses that a killed process left.
  func replayed(
    _ subjects: [ConnectionName: RenewalSubject]
  ) async throws -> [Diagnostic] {
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await renewer.replay(subjects)
    }.compactMap { $0.diagnostic }
  }

  func requireTokens(
    _ names: Set<ConnectionName>, _ subjects: [ConnectionName: RenewalSubject],
    _ snapshot: Snapshot
  ) throws {
    let faults = names.filter { subjects[$0] == nil }.sorted().map { name in
      snapshot.actual[name] == nil
        ? Diagnostic(.notFound(name), in: session.store.description) : Diagnostic.noTokens(name)
    }
    if !faults.isEmpty { throw Failure(faults) }
  }
}
