import HTTP
import Model
import Pacing
import Stores
import TestOpenBao
import TestSupport
import Testing

/// A connection's tokens in a server of their own.
struct TokenFixture {
  static let folder = "vaultctl-tokens/prod"

  let server: BaoServer
  let store: Store
  let tokens: any TokenStore

  init(
    _ present: BaoServer? = nil, http: any HTTPTransport = LiveHTTPTransport(),
    runtime: Runtime = .real
  ) async throws {
    let server = if let present { present } else { try await BaoServer() }
    self.server = server
    store = OpenBaoStoreTests.store(
      of: server.root, environment: "prod", http: http, runtime: runtime)
    tokens = try #require(store.tokens)
  }

  func another() throws -> any TokenStore {
    try #require(
      OpenBaoStoreTests.store(
        of: server.root, environment: "prod", http: LiveHTTPTransport()
      ).tokens)
  }

  @discardableResult
  func carryOut(
    _ name: ConnectionName, _ action: StoreWrite.Action, tokenVersion: Int64? = nil
  ) async throws -> AppliedRecord? {
    let run = try await store.journal.beginRun([StoreIntent(name, action)], by: provenance)
    let write = StoreWrite(
      name: name, action: action, app: "twilio", setupType: "api_key",
      fields: [
        "account_id": .plain(.string("AC1")),
        "api_key": .secret(secret("s3cret"), ciphertext: "c"),
      ], provenance: provenance, tokenVersion: tokenVersion)
    let record: AppliedRecord?
    do {
      record = try await run.writer.carryOut(write)
    } catch {
      try await run.abandon?(name)
      try await run.end?(provenance.at)
      throw error
    }
    try await run.end?(provenance.at)
    return record
  }

  /// Removes the connection as it is now, with the tokens of this version.
  func delete(_ name: ConnectionName, _ id: StoreID, tokenVersion: Int64) async throws {
    let version = try #require(try await store.reader.read().actual[name]?.version)
    try await carryOut(name, .delete(id, from: version), tokenVersion: tokenVersion)
  }

  func create(_ text: String) async throws -> (ConnectionName, StoreID) {
    let name = try name(text)
    return (name, try #require(try await carryOut(name, .create)).storeID)
  }

  @discardableResult
  func put(
    _ name: ConnectionName, _ id: StoreID, from version: Int64, _ number: Int
  ) async throws -> Int64 {
    var record = TokenStoreContract.record(granted: ["read"])
    record.tokens?.attempt = TokenAttempt("attempt-\(number)")
    return try await tokens.swapTokens(
      TokenWrite(
        name: name, id: id, version: version, record: record,
        tokens: .put(
          access: secret("access-\(number)"), refresh: secret("refresh-\(number)")),
        event: .refreshed, provenance: provenance))
  }

  func keys(_ folder: String) throws -> [String] {
    try server.root.call("GET", "secret/metadata/\(Self.folder)/\(folder)?list=true")
      .value("data", "keys", as: [String].self) ?? []
  }

  func access(_ key: String = "crm") throws -> [String: String] {
    try server.root.secret("\(Self.folder)/access/\(key)")
  }

  /// Puts the tokens where earlier versions have them, with what those know.
  func age(_ name: String, _ id: StoreID) throws {
    let root = server.root
    let path = "\(Self.folder)/refresh/\(name)"
    var data = try root.secret(path)
    data["connection"] = nil
    let old = "\(Self.folder)/\(id)"
    try root.order("POST", "secret/data/\(old)", ["data": data])
    let found = try root.order("GET", "secret/metadata/\(path)")
    var custom = try #require(
      found.value("data", "custom_metadata", as: [String: String].self))
    custom["connection"] = nil
    custom["consumers.0"] = nil
    custom["version"] = "1"
    try root.order("POST", "secret/metadata/\(old)", ["custom_metadata": custom])
    for folder in ["refresh", "access"] {
      try root.order("DELETE", "secret/metadata/\(Self.folder)/\(folder)/\(name)")
    }
  }
}
