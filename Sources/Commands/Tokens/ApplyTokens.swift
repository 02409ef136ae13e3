import Applying
import Diagnostics
import Manifests
import Model
import Renewing
import Reports
import Secrets
import Stores
import Tokens

/// What an apply does about tokens: those of deleted connections are given back, and other ones are
/// minted where no person is needed.
struct ApplyTokens {
  private let session: Session
  private let plan: Plan

  init(_ session: Session, _ plan: Plan) {
    self.session = session
    self.plan = plan
  }

  /// Tokens of a connection that is about to go, with who can give them back.
  struct Former {
    let name: ConnectionName
    let client: Client
    let tokens: SupersededTokens
  }

  /// What will be gone afterwards, read before anything is done; nothing where the store keeps no
  /// tokens of it.
  func former() async throws -> [Former] {
    guard let tokens = session.store.tokens else { return [] }
    let names = Set(plan.changes.filter { $0.action.ends }.map(\.connection))
    if names.isEmpty { return [] }
    let kept = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokens.tokenRecords()
    }.filter { names.contains($0.key) && $0.value.record.tokens != nil }
    if kept.isEmpty { return [] }
    let renewals = try Renewals(session, end: nil)
    let subjects = renewals.subjects(try await session.read())
    let secrets = try await renewals.secrets(of: Set(kept.keys))
    var former: [Former] = []
    for name in kept.keys.sorted() {
      guard let subject = subjects[name],
        let client = try? subject.client(secrets[name] ?? [:])
      else { continue }
      let opened = try await session.mappingStoreErrors { () async throws(StoreError) in
        try await tokens.openTokens(of: name)
      }
      former.append(
        Former(
          name: name, client: client,
          tokens: SupersededTokens(access: opened.access, refresh: opened.refresh)))
    }
    return former
  }

  /// 1. What is gone is revoked at its service.
  /// 2. What needs other tokens and nobody's consent gets them.
  /// 3. What needs a person says by which command.
  ///
  /// - Returns: false where something was left to be done again.
  func follow(
    _ outcome: ApplyOutcome, _ former: [Former], _ console: Console
  ) async throws -> Bool {
    let done = Set(outcome.results.filter { $0.result == .done }.map(\.change.connection))
    let gone = former.filter { done.contains($0.name) }
    if !gone.isEmpty {
      let renewals = try Renewals(session, end: nil)
      for one in gone {
        console.report(
          try await renewals.revoked(one.tokens, of: one.name, one.client, isReplaced: false))
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
    let results = try await Renewals(session, end: nil).run(minting, console: console)
    console.result(RenewalText(palette: console.palette).text(results.compactMap(\.row)))
    console.report(results.compactMap { $0.diagnostic(in: session.store.description) })
    return !results.contains(where: \.isFailure)
  }
}

extension ChangeAction {
  /// Whether the store's connection of now is no more afterwards.
  fileprivate var ends: Bool {
    switch self {
    case .delete, .replace: true
    case .create, .update, .record, .rename, .adopt: false
    }
  }
}
