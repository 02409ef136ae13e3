import FoundationEssentials
import GRDB
import Model
import Stores

/// Keeps the codes of a file up to date, in the transaction of each write.
struct CodeWriter {
  let db: Database
  let key: StoreKey

  /// Does work that changes what the file has of these names.
  ///
  /// 1. It must be what was written before: else a write would make it authentic.
  /// 2. The work is done.
  /// 3. The new content and the new events get their codes.
  ///
  /// - Parameter key: the file's; `nil` if it has none yet.
  static func writing<R>(
    _ names: [ConnectionName], _ db: Database, _ key: StoreKey?, _ work: () throws -> R
  ) throws -> R {
    guard let key, key.authenticates else { return try work() }
    let names = Set(names.map(\.rawValue)).sorted()
    var state = try CodeState(db, key)
    let writer = CodeWriter(db: db, key: key)
    try writer.requireNoNewEvents(state)
    if let check = try CodeCheck(db, key) { for name in names { try check.require(name) } }
    let result = try work()
    for name in names { try writer.put(name, &state) }
    try state.addEvents(db, key)
    try state.put(db, key)
    return result
  }

  /// Makes everything in the file authentic, as it is now.
  static func writeAll(_ db: Database, _ key: StoreKey) throws {
    guard key.authenticates else { return }
    try db.execute(sql: "DELETE FROM code")
    var state = CodeState()
    for statement in try ConnectionStatement.all(db) {
      let code = key.contentCode(of: statement.bytes)
      try insert(db, statement.name, code)
      state.add(statement.name, code, key)
    }
    try VersionTable.writeCodes(db, key)
    try state.addEvents(db, key)
    try state.put(db, key)
  }

  private func put(_ name: String, _ state: inout CodeState) throws {
    let old = try Data.fetchOne(
      db.cachedStatement(sql: "SELECT code FROM code WHERE name = ?"), arguments: [name])
    if let old { state.remove(name, Array(old), key) }
    guard let statement = try ConnectionStatement(db, name) else {
      try db.run(sql: "DELETE FROM code WHERE name = ?", arguments: [name])
      return
    }
    let code = key.contentCode(of: statement.bytes)
    try Self.insert(db, name, code)
    state.add(name, code, key)
  }

  private static func insert(_ db: Database, _ name: String, _ code: [UInt8]) throws {
    try db.run(
      sql: "INSERT OR REPLACE INTO code (name, code) VALUES (?, ?)", arguments: [name, Data(code)])
  }

  private func requireNoNewEvents(_ state: CodeState) throws {
    let last = try Int64.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT id FROM event WHERE \(EventTable.isWrittenWithKey) ORDER BY id DESC LIMIT 1
          """))
    guard last ?? 0 == state.lastEvent else {
      throw StoreError.corrupt("its log was changed outside vaultctl")
    }
  }
}
