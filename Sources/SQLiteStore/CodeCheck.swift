import FoundationEssentials
import GRDB
import Model
import Parallelism
import Stores

/// Checks that what the file has is what a holder of its key wrote.
struct CodeCheck {
  let db: Database
  let key: StoreKey

  /// `nil` for a key of an earlier form, which authenticates nothing.
  ///
  /// - Throws: `corrupt` if the file has no codes, which the key demands.
  init?(_ db: Database, _ key: StoreKey?) throws {
    guard let key, key.authenticates else { return nil }
    guard try Schema.has(.codes, in: db) else { throw CodeState.missing }
    self.db = db
    self.key = key
  }

  /// What is not as it was written, for people: all connections, their records, and which there are.
  func faults() throws -> [ContentFault] {
    let state: CodeState
    do {
      state = try CodeState(db, key)
    } catch let error as StoreError {
      guard case .corrupt(let reason) = error else { throw error }
      return [ContentFault(nil, reason)]
    }
    let statements = try ConnectionStatement.all(db)
    var codes = try self.codes()
    var sum = CodeState()
    for (name, code) in codes { sum.add(name, code, key) }
    let found = statements.concurrentMap { [codes, key] statement -> ContentFault? in
      guard let code = codes[statement.name] else {
        return ContentFault(statement.name, "it was added outside vaultctl")
      }
      return key.isContentCode(code, of: statement.bytes)
        ? nil : ContentFault(statement.name, "it was changed outside vaultctl")
    }
    for statement in statements { codes[statement.name] = nil }
    let missing = codes.keys.map { ContentFault($0, "it was removed outside vaultctl") }
    let faults = (found.compactMap(\.self) + missing).sorted { $0.name ?? "" < $1.name ?? "" }
    if faults.isEmpty, !sum.hasSameCodes(as: state) {
      return [
        ContentFault(nil, "connections were removed or replaced by earlier ones outside vaultctl")
      ]
    }
    return faults
  }

  /// - Throws: `corrupt` with what is not as it was written.
  func require() throws {
    let faults = try faults()
    if !faults.isEmpty { throw StoreError.corrupt(ContentFault.summary(of: faults)) }
  }

  /// - Returns: what the file has of this name, which is as it was written; `nil` if it has nothing.
  @discardableResult
  func require(_ name: String) throws -> ConnectionStatement? {
    let code = try Data.fetchOne(
      db.cachedStatement(sql: "SELECT code FROM code WHERE name = ?"), arguments: [name])
    let statement = try ConnectionStatement(db, name)
    switch (code, statement) {
    case (nil, nil): return nil
    case (let code?, let statement?) where key.isContentCode(Array(code), of: statement.bytes):
      return statement
    case (_?, _?): throw corrupt(name, "it was changed outside vaultctl")
    case (nil, _?): throw corrupt(name, "it was added outside vaultctl")
    case (_?, nil): throw corrupt(name, "it was removed outside vaultctl")
    }
  }

  private func corrupt(_ name: String, _ reason: String) -> StoreError {
    .corrupt(ContentFault.summary(of: [ContentFault(name, reason)]))
  }

  private func codes() throws -> [String: [UInt8]] {
    var codes: [String: [UInt8]] = [:]
    let rows = try Row.fetchCursor(db, sql: "SELECT name, code FROM code")
    while let row = try rows.next() { codes[row[0]] = Array(row[1] as Data) }
    return codes
  }

  // MARK: Versions and events

  /// - Throws: `corrupt` if the version is not the one that was written.
  func require(_ id: StoreID, version number: Int64, _ row: Row) throws {
    guard let code = row["code"] as Data?,
      key.isContentCode(
        Array(code),
        of: VersionTable.statement(
          id, number, content: row["content"], provenance: row["provenance"]))
    else { throw StoreError.corrupt("version \(number) of it was changed outside vaultctl") }
  }

  /// - Throws: `corrupt` if an event was changed, added or removed.
  func requireEvents() throws {
    let state = try CodeState(db, key)
    if try !state.hasEvents(of: db, key) {
      throw StoreError.corrupt("its log was changed outside vaultctl")
    }
  }
}
