import Applying
import Diagnostics
import FoundationEssentials
import Model
import Pacing
import SQLiteStore
import Secrets
import Stores
import Synchronization
import TestSupport
import Testing

/// Two stores of one owner, the second of which becomes a copy of the first.
struct CopyFixture {
  private let folder: TemporaryFolder
  let source: Store
  let target: Store
  let owner: Owner
  /// Reads of the whole target.
  let reads: Counter
  /// Written by other tools.
  var ignored: [ConnectionName: Set<FieldName>] = [:]

  init() throws {
    folder = try TemporaryFolder()
    let path = folder.path
    let project = try #require(ProjectID(String(repeating: "a", count: 20)))
    owner = Owner(project: project, name: "flows", environment: nil)
    let counter = Counter()
    reads = counter
    func opened(_ name: String) -> Store {
      SQLiteBackend(
        path: "\(path)/.vaultctl/\(name).db", shownPath: "\(name).db", protection: TestProtection()
      ).store
    }
    source = opened("first").owned(by: owner, claimsAll: true)
    var second = opened("second")
    second.reader = CountingReader(base: second.reader, counter: counter)
    target = second.owned(by: owner, claimsAll: true)
  }

  /// - Parameter reader: shows the source in place of its own.
  func compared(reader: (any ConnectionReader)? = nil) async throws -> StoreCopyComparison {
    var source = source
    if let reader { source.reader = reader }
    return try await StoreCopyComparison(source, target, ignoring: ignored)
  }

  /// As `store copy` does it.
  ///
  /// - Returns: what stopped it, or differs afterwards.
  func copy(reader: (any ConnectionReader)? = nil) async throws -> [Diagnostic] {
    let comparison = try await compared(reader: reader)
    if !comparison.obstacles.isEmpty { return comparison.obstacles }
    let result = await copied(comparison)
    if !result.faults.isEmpty { return result.faults }
    return try await StoreCopyVerifier(source, target).faults(compared(reader: reader))
  }

  /// - Parameter writes: after so many it is killed.
  func copied(
    _ comparison: StoreCopyComparison, killedAfter writes: Int? = nil
  ) async -> StoreCopyResult {
    let target =
      writes.map { self.target.unreliable(.unavailableAfter, afterWrites: $0 - 1) } ?? self.target
    return await StoreCopier(
      from: source, to: target, under: lock, runtime: still, provenance: { later() }
    ).copy(comparison) { _ in }
  }

  /// As `store copy --finish` removes the originals.
  func removed(_ comparison: StoreCopyComparison) async -> StoreCopyResult {
    await StoreCopier(
      from: source, to: target, under: lock, runtime: still, provenance: { later() }
    ).removeOriginals(comparison)
  }

  /// As `store copy --finish` checks it.
  func faultsOfFinish() async throws -> [Diagnostic] {
    let comparison = try await compared()
    return try await comparison.changes
      + StoreCopyVerifier(source, target).faults(comparison, inUseAt: still.now())
  }

  private var lock: StoreLock {
    StoreLock(
      target,
      LockHolder(
        token: "mine", who: "ann@laptop", host: "laptop", processID: 1, processStart: nil,
        since: still.now(), lastSeen: still.now()), runtime: still)
  }
}

final class Counter: Sendable {
  private let count = Mutex(0)

  var value: Int { count.withLock { $0 } }
  func add() { count.withLock { $0 += 1 } }
}

private struct CountingReader: ConnectionReader {
  let base: any ConnectionReader
  let counter: Counter

  func read() async throws(StoreError) -> Snapshot {
    counter.add()
    return try await base.read()
  }
}

/// What was written so many seconds later.
func later(_ seconds: Int64 = 0) -> Provenance {
  Provenance(
    who: "ann@laptop", at: provenance.at.adding(seconds: seconds), toolVersion: "0", commit: nil)
}

extension Store {
  /// One write in a run of its own.
  @discardableResult
  func carryOut(
    _ name: ConnectionName, _ action: StoreWrite.Action, setup: SetupType? = "bearer",
    _ fields: [FieldName: FieldWrite], labels: [String: String] = [:], at seconds: Int64 = 0
  ) async throws -> AppliedRecord? {
    let run = try await journal.beginRun([StoreIntent(name, action)], by: later(seconds))
    let record = try await run.writer.carryOut(
      StoreWrite(
        name: name, action: action, app: "http", setupType: setup, fields: fields, labels: labels,
        provenance: later(seconds), owner: owner))
    try await run.end?(provenance.at)
    return record
  }

  /// Another value of the current version.
  func update(
    _ name: ConnectionName, setup: SetupType? = "bearer", _ fields: [FieldName: FieldWrite],
    labels: [String: String] = [:], at seconds: Int64
  ) async throws {
    let actual = try #require(try await reader.read().actual[name])
    try await carryOut(
      name, .update(actual.id, from: actual.version), setup: setup, fields, labels: labels,
      at: seconds)
  }

  /// A record about tokens, and the tokens themselves.
  ///
  /// - Parameter access: `nil` for a record without tokens.
  func putTokens(_ name: ConnectionName, access: String?, at seconds: Int64 = 0) async throws {
    let tokens = try #require(tokens)
    let present = try await tokens.openTokens(of: name)
    let at = provenance.at.adding(seconds: seconds)
    var record = TokenStoreContract.record(granted: ["read"])
    record.tokens = access.map { _ in
      TokenMetadata(
        attempt: TokenAttempt("attempt-\(seconds)"), issuedAt: at, expiry: .never,
        granted: ["read"],
        verifiedAt: at)
    }
    _ = try await tokens.swapTokens(
      TokenWrite(
        name: name, id: present.id, version: present.version, record: record,
        tokens: access.map { .put(access: secret($0), refresh: secret("refresh of \($0)")) }
          ?? .remove, provenance: later(seconds)))
  }

  func accessToken(_ name: ConnectionName) async throws -> String? {
    try await tokens?.openTokens(of: name).access.map(text)
  }

  func value(_ name: ConnectionName, _ field: FieldName) async throws -> String? {
    let version = try #require(try await reader.read().actual[name]?.version)
    return switch try await history?.content(of: name, at: version)?.fields[field] {
    case .secret(let secret): text(secret)
    case .plain(.string(let plain)): plain
    case .plain, nil: nil
    }
  }
}

func text(_ secret: SecretBytes) -> String {
  secret.withBytes { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
}
