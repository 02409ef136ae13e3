import Auth0Store
import Foundation
import GitPlumbing
import HTTP
import Ledgers
import Model
import OpenBaoStore
import SQLiteStore
import Stores
import TestOpenBao
import TestSupport
import TestTenant
import Testing

/// Every store, and a tenant with each kind of ledger.
enum StoreKind: String, CaseIterable, Sendable {
  case sqlite, openBao, tenantWithGit, tenantWithFile

  var writesWholeSetups: Bool { self == .tenantWithGit || self == .tenantWithFile }
  var keepsVersions: Bool { self == .sqlite || self == .openBao }
}

/// An empty store of its kind, with the server that it needs.
final class Contract: Sendable {
  let kind: StoreKind
  private let folder: TemporaryFolder
  let bao: BaoServer?
  private let tenant: TestTenant?

  init(_ kind: StoreKind) async throws {
    self.kind = kind
    folder = try TemporaryFolder()
    bao = kind == .openBao ? try await BaoServer() : nil
    tenant = kind.writesWholeSetups ? try await TestTenant() : nil
    if kind == .tenantWithGit {
      #expect(try run("/usr/bin/git", ["init", "--quiet", folder.path]).status == 0)
    }
  }

  func end() {
    bao?.end()
    tenant?.end()
  }

  /// The store as one process opens it; all that it knows is from the backend.
  ///
  /// - Parameters:
  ///   - owner: `nil` opens it in the form before records had owners.
  ///   - isShared: whether others may use a SQLite store.
  func opened(by owner: Owner? = nil, isShared: Bool = true) throws -> Store {
    let path = folder.path + "/.vaultctl/vault.db"
    switch kind {
    case .sqlite:
      return SQLiteBackend(
        path: path, shownPath: "vault.db", owner: owner, isShared: isShared,
        protection: TestProtection()
      ).store
    case .openBao:
      let root = try #require(bao).root
      return OpenBaoBackend(
        address: root.address, namespace: nil, mount: "secret", prefix: "vaultctl",
        environment: nil, owner: owner, destroys: false,
        credentials: { () throws(StoreError) in .token(root.token) }, http: LiveHTTPTransport(),
        runtime: .real, protection: TestProtection()
      ).store
    case .tenantWithGit:
      let git = Git(folder: folder.path)
      return try ledgered(by: owner) { name, place in
        GitLedger(git: git, name: name, place: place, remote: nil)
      }
    case .tenantWithFile:
      return try ledgered(by: owner) { SQLiteLedger(path: path, name: $0, place: $1) }
    }
  }

  private func ledgered<Records: Ledger>(
    by owner: Owner?, _ ledger: (_ name: String, _ place: String?) -> Records
  ) throws -> Store {
    let former = ledger("contract", nil)
    let name = owner.map { LedgerName(backend: ["test"], owner: $0) }
    return try ledgered(
      name.map { ledger($0.text, $0.place) } ?? former, owner: owner.map { ($0, former) })
  }

  private func ledgered<Records: Ledger>(
    _ ledger: Records, owner: (owner: Owner, former: Records)?
  ) throws -> Store {
    LedgeredBackend(
      Auth0Backend(
        domain: "test.eu.auth0.com", base: try #require(tenant).address,
        credentials: { () throws(StoreError) in
          .client(id: "cl13nt", secret: "cl13nt-s3cr3t")
        }, http: LiveHTTPTransport(), runtime: .real), ledger: ledger,
      owner: owner, catalog: .builtIn,
      protection: TestProtection(),
      authentication: { protection in
        LedgerAuthentication(
          name: "contract", protection: protection, signing: nil, memory: TestLedgerMemory())
      }, provenance: { provenance }
    ).store
  }

  // MARK: Changes by others, with the backend's own tools

  /// Another value, written without vaultctl.
  func touch(_ name: String) async throws {
    switch kind {
    case .sqlite:
      let store = try opened()
      let found = try #require(try await store.reader.read().actual[TestSupport.name(name)])
      _ = try await store.apply(
        write(
          name, .update(found.id, from: found.version), app: "twilio", setup: "api_key",
          fields: [
            "account_id": .plain(.string("AC1")),
            "api_key": .secret(secret("theirs"), ciphertext: "x"),
          ]))
    case .openBao:
      try #require(bao).root.order(
        "POST", "secret/data/vaultctl/\(name)",
        ["data": ["type": "api_key", "account_id": "AC1", "api_key": "theirs"]])
    case .tenantWithGit, .tenantWithFile: await tenant?.state.touch(name)
    }
  }
}

extension Store {
  /// One change as an apply makes it: under the lock, in a run of its own.
  @discardableResult
  func apply(_ write: StoreWrite) async throws -> AppliedRecord? {
    let holder = holder()
    #expect(try await lock.tryLock(holder) == .acquired)
    let run = try await journal.beginRun(
      [StoreIntent(write.name, write.action)], by: write.provenance)
    do {
      let record = try await run.writer.carryOut(write)
      try await run.end?(write.provenance.at)
      try await lock.unlock(holder)
      return record
    } catch {
      try? await run.abandon?(write.name)
      try? await run.end?(write.provenance.at)
      try? await lock.unlock(holder)
      throw error
    }
  }
}

func holder(_ token: String = UUID().uuidString, host: String = "here") -> LockHolder {
  let now = Timestamp(Date())
  return LockHolder(
    token: token, who: "ann@\(host)", host: host,
    processID: ProcessInfo.processInfo.processIdentifier,
    processStart: nil, since: now, lastSeen: now)
}
