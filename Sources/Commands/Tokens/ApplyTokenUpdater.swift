import Applying
import Diagnostics
import Manifests
import Model
import Renewing
import Reports
import Secrets
import Stores
import Tokens

/// Updates tokens after an apply: those of deleted connections are revoked, and new ones are minted
/// if no person is needed.
struct ApplyTokenUpdater {
  private let session: Session
  private let plan: Plan

  init(_ session: Session, _ plan: Plan) {
    self.session = session
    self.plan = plan
  }

  /// Tokens of a connection that is about to be deleted, with the client that can revoke them.
  struct RevocableTokens {
    let name: ConnectionName
    let client: Client
    let tokens: SupersededTokens
  }

  /// Those that the plan deletes, read before anything is changed; none if the store keeps no
  /// tokens.
  func tokensToRevoke() async throws -> [RevocableTokens] {
    guard let tokens = session.store.tokens else { return [] }
    let names = Set(plan.changes.filter { $0.action.endsConnection }.map(\.connection))
    if names.isEmpty { return [] }
    let kept = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokens.tokenRecords()
    }.filter { names.contains($0.key) && $0.value.record.tokens != nil }
    if kept.isEmpty { return [] }
    let tokenRenewer = try TokenRenewer(session, termination: nil)
    let subjects = tokenRenewer.subjects(try await session.read())
    let secrets = try await tokenRenewer.secrets(of: Set(kept.keys))
    var revocable: [RevocableTokens] = []
    for name in kept.keys.sorted() {
      guard let subject = subjects[name],
        let client = try? subject.client(secrets[name] ?? [:])
      else { continue }
      let opened = try await session.mappingStoreErrors { () async throws(StoreError) in
        try await tokens.openTokens(of: name)
      }
      revocable.append(
        RevocableTokens(
          name: name, client: client,
          tokens: SupersededTokens(access: opened.access, refresh: opened.refresh)))
    }
    return revocable
  }

  /// 1. Tokens of deleted connections are revoked at their service.
  /// 2. Connections that need new tokens and no consent get them.
  /// 3. For connections that need a person, the command to run is reported.
  ///
  /// - Returns: false if something has to be done again.
  func update(
    after outcome: ApplyOutcome, revoking revocable: [RevocableTokens], _ console: Console
  ) async throws -> Bool {
    let done = Set(outcome.results.filter { $0.result == .done }.map(\.change.connection))
    let deleted = revocable.filter { done.contains($0.name) }
    if !deleted.isEmpty {
      let tokenRenewer = try TokenRenewer(session, termination: nil)
      for one in deleted {
        console.report(
          try await tokenRenewer.revoke(one.tokens, of: one.name, one.client, isReplaced: false))
      }
    }
    var minting: Set<ConnectionName> = []
    for change in plan.changes where done.contains(change.connection) {
      for case .reauthorize(let who) in change.details {
        switch who {
        case .byItself: minting.insert(change.connection)
        case .byPerson:
          console.report([.authorizationNeeded(change.connection, .scopesChanged)])
        }
      }
    }
    if minting.isEmpty { return true }
    let results = try await TokenRenewer(session, termination: nil).run(minting, console: console)
    console.result(RenewalText(palette: console.palette).text(results.compactMap(\.row)))
    console.report(results.compactMap { $0.diagnostic(in: session.store.description) })
    return !results.contains(where: \.isFailure)
  }
}

extension ChangeAction {
  /// Whether the change removes the connection that the store has now.
  fileprivate var endsConnection: Bool {
    switch self {
    case .delete, .replace: true
    case .create, .update, .record, .rename, .adopt: false
    }
  }
}
