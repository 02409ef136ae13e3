import Applying
import Diagnostics
import Manifests
import Model
import Renewing
import Reports
import Stores
import Tokens

/// Updates tokens with an apply: those of connections that are removed are revoked before, and new ones
/// are minted after it if no person is needed.
struct ApplyTokenUpdater {
  private let session: Session
  private let plan: Plan
  private let lock: StoreLock

  init(_ session: Session, _ plan: Plan, under lock: StoreLock) {
    self.session = session
    self.plan = plan
    self.lock = lock
  }

  /// What is needed to revoke the tokens of the connections that the plan removes; `nil` if none of
  /// them has tokens. Read before anything is changed.
  func removalRevoker(_ console: Console) async throws -> RemovalRevoker? {
    if session.store.tokens == nil { return nil }
    let names = Set(plan.changes.filter(\.action.endsConnection).map(\.connection))
    if names.isEmpty { return nil }
    let tokenRenewer = try TokenRenewer(session, under: lock)
    try await tokenRenewer.saveWaitingResponses(of: names, console)
    let snapshot = try await session.read()
    let kept = try await tokenRenewer.storedRecords(in: snapshot).filter {
      names.contains($0.key) && $0.value.record.tokens != nil
    }
    if kept.isEmpty { return nil }
    let subjects = tokenRenewer.subjects(snapshot)
    // What cannot be opened could not be revoked, so it is not removed either.
    let secrets = try await tokenRenewer.secrets(of: Set(kept.keys))
    var clients: [ConnectionName: Result<Client, TokenError>] = [:]
    for (name, stored) in kept {
      if let subject = subjects[name] {
        clients[name] = Result { () throws(TokenError) in
          try subject.client(secrets[name] ?? [:], record: stored.record)
        }
      } else if let obstacle = session.renewalObstacle(of: name, in: snapshot) {
        clients[name] = .failure(.local(obstacle.text))
      }
    }
    return RemovalRevoker(tokenRenewer, clients: clients, names: Set(kept.keys))
  }

  /// 1. Connections that need new tokens and no consent get them.
  /// 2. For connections that need a person, the command to run is reported.
  ///
  /// - Returns: false if something has to be done again.
  func update(
    after outcome: ApplyOutcome, _ record: ApplyRecord, _ console: Console
  ) async throws -> Bool {
    let done = Set(outcome.results.filter { $0.result == .done }.map(\.change.connection))
    var minting: Set<ConnectionName> = []
    var consenting: Set<ConnectionName> = []
    for change in plan.changes where done.contains(change.connection) {
      for case .reauthorize(let who) in change.details {
        switch who {
        case .byItself: minting.insert(change.connection)
        case .byPerson: consenting.insert(change.connection)
        }
      }
    }
    if !consenting.isEmpty {
      let needs = try await TokenRenewer(session, under: lock).needs(of: consenting)
      console.report(needs.map { .authorizationNeeded($0.name, $0.need, in: session) })
    }
    if minting.isEmpty { return true }
    // `refresh` obtains them later.
    if lock.isEnding() { return false }
    let results = try await TokenRenewer(session, under: lock).run(
      .named(minting), console: console)
    let rows = results.compactMap { $0.row(in: session) }
    record.add(rows)
    console.result(RenewalText(palette: console.palette).text(rows))
    console.report(results.compactMap { $0.diagnostic(in: session) })
    return !results.contains(where: \.isFailure)
  }
}
