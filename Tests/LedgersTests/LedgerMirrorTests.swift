import Foundation
import GitPlumbing
import Ledgers
import Model
import Stores
import TestSupport
import Testing

/// A copy that cannot be written says that the store was.
@Suite struct LedgerMirrorTests {
  private struct WrittenKey: StoreKeyAccess {
    func sealed() async throws(StoreError) -> String? { nil }
    func present() async throws(StoreError) -> StoreKey? { nil }
    func prepare() async throws(StoreError) {}
    func open(_ sealed: String) async throws(StoreError) -> StoreKey {
      throw .keyUnavailable("no key is here")
    }
    func update(makesNew: Bool, by provenance: Provenance) async throws(StoreError) {}
  }

  private struct WrittenUpgrade: StoreUpgrade {
    func claim(
      _ names: Set<ConnectionName>, by provenance: Provenance, holding holder: LockHolder
    ) async throws(StoreError) -> Set<ConnectionName> { names }
  }

  private let repositories: GitRepositories
  private let store: Store

  init() throws {
    repositories = try GitRepositories()
    var store = LedgeredBackend(
      MemoryBackend(), ledger: try repositories.clone("store"), catalog: Catalog([]),
      protection: TestProtection(), authentication: { _ in nil }, provenance: { provenance }
    ).store
    store.key = WrittenKey()
    store.upgrade = WrittenUpgrade()
    let copy = GitLedger(
      git: Git(folder: repositories.path(of: "store")), name: "copy", remote: "none")
    self.store = store.mirrored(
      in: copy, previous: nil, catalog: Catalog([]), authentication: nil,
      provenance: { provenance })
  }

  private func expectUnfinished(_ work: () async throws -> Void) async {
    let error = await #expect(throws: StoreError.self) { try await work() }
    guard case .unfinished(nil, .ledgerUnreachable) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [true, false])
  func aNewKeyIsNotTakenBack(makesNew: Bool) async throws {
    let key = try #require(store.key)
    await expectUnfinished { try await key.update(makesNew: makesNew, by: provenance) }
  }

  @Test func aClaimIsNotTakenBack() async throws {
    let upgrade = try #require(store.upgrade)
    let holder = LockHolder(
      token: "t", who: "ann@laptop", host: "laptop", processID: 1, processStart: nil,
      since: provenance.at, lastSeen: provenance.at)
    let name = try #require(ConnectionName("a"))
    await expectUnfinished {
      _ = try await upgrade.claim([name], by: provenance, holding: holder)
    }
  }
}
