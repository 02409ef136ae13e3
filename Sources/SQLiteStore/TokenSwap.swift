import FoundationEssentials
import GRDB
import Model
import Stores

/// One swap in one transaction, with its event and what it grants.
struct TokenSwap {
  let db: Database
  let key: StoreKey?
  let write: TokenWrite

  func swap() throws -> Int64 {
    try CodeWriter.writing([write.name], db, key) { try change() }
  }

  private func change() throws -> Int64 {
    let id = write.id.rawValue
    let isThere = try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM connection WHERE id = ? AND name = ?)",
      arguments: [id, write.name.rawValue])
    guard isThere == true else { throw StoreError.notFound(write.name) }
    let found =
      try Int64.fetchOne(
        db, sql: "SELECT version FROM token WHERE connection = ?", arguments: [id]) ?? 0
    guard found == write.version else { throw StoreError.tokensMoved(write.name) }
    let next = try RowVersion.next(after: found)
    try db.execute(
      sql: """
        INSERT INTO token (connection, version, record) VALUES (?, ?, ?)
        ON CONFLICT (connection) DO UPDATE
        SET version = excluded.version, record = excluded.record
        """,
      arguments: [id, next, try canonicalJSON(write.record)])
    try putTokens(at: next)
    if let tokens = write.record.tokens {
      try db.execute(
        sql: "UPDATE connection SET granted = ? WHERE id = ?",
        arguments: [try canonicalJSON(tokens.granted.sorted()), id])
    }
    if let event = write.event {
      try EventTable.add(db, .token(event), of: write.name, version: nil, by: write.provenance)
    }
    return next
  }

  private func putTokens(at version: Int64) throws {
    let id = write.id
    switch write.tokens {
    case .keep: return
    case .remove:
      try db.execute(
        sql:
          "UPDATE token SET sealed_at = NULL, access = NULL, refresh = NULL WHERE connection = ?",
        arguments: [id.rawValue])
    case .put(let access, let refresh):
      guard let key else { throw StoreError.keyUnavailable("the store key was not opened") }
      let sealedAccess = try key.seal(
        access, in: id, field: SealedTokens.accessField, version: version)
      let sealedRefresh = try refresh.map {
        try key.seal($0, in: id, field: SealedTokens.refreshField, version: version)
      }
      try db.execute(
        sql: "UPDATE token SET sealed_at = ?, access = ?, refresh = ? WHERE connection = ?",
        arguments: [version, Data(sealedAccess), sealedRefresh.map { Data($0) }, id.rawValue])
    }
  }
}
