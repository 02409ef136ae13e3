import Foundation
import GRDB
import Model
import SQLiteStore
import Secrets
import Stores
import TestSupport
import Testing

/// A store file in a folder of its own.
struct StoreUnderTest {
  let folder: TemporaryFolder
  let backend: SQLiteBackend
  let protection: TestProtection
  var path: String { folder.path + "/.vaultctl/vault.db" }

  init() throws {
    let folder = try TemporaryFolder()
    let protection = TestProtection()
    self.init(
      folder: folder,
      backend: SQLiteBackend(
        path: folder.path + "/.vaultctl/vault.db", shownPath: ".vaultctl/vault.db",
        protection: protection), protection: protection)
  }

  init(folder: TemporaryFolder, backend: SQLiteBackend, protection: TestProtection) {
    self.folder = folder
    self.backend = backend
    self.protection = protection
  }

  /// The same file, as another process would open it.
  func another(_ protection: TestProtection = TestProtection()) -> SQLiteBackend {
    SQLiteBackend(path: path, shownPath: ".vaultctl/vault.db", protection: protection)
  }

  /// Runs SQL on the file, as an attacker could.
  func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
    try DatabaseQueue(path: path).write { try $0.execute(sql: sql, arguments: arguments) }
  }

  func value<Value: DatabaseValueConvertible>(_ type: Value.Type, _ sql: String) throws -> Value? {
    try DatabaseQueue(path: path).read { try Value.fetchOne($0, sql: sql) }
  }

  /// Carries out one write in a run of its own.
  @discardableResult
  func carryOut(_ write: StoreWrite) async throws -> AppliedRecord? {
    let run = try await backend.beginRun([], by: provenance)
    let record = try await run.writer.carryOut(write)
    try await run.end?(provenance.at)
    return record
  }

  /// Tokens of `twilio-prod`, in the place of those that it has.
  func put(access: String, refresh: String = "r") async throws {
    let name = try name("twilio-prod")
    let kept = try await backend.openTokens(of: name)
    _ = try await backend.swapTokens(
      TokenWrite(
        name: name, id: kept.id, version: kept.version,
        record: TokenStoreContract.record(granted: ["read"]),
        tokens: .put(access: secret(access), refresh: secret(refresh)), event: .refreshed,
        provenance: provenance))
  }

  @discardableResult
  func create(_ name: String = "twilio-prod", token: String = "t0ken") async throws
    -> AppliedRecord
  {
    let record = try await carryOut(
      write(
        name, .create,
        fields: [
          "base_url": .plain(.string("https://example.com")),
          "token": .secret(secret(token), ciphertext: "c1"),
        ]))
    return try #require(record)
  }
}
