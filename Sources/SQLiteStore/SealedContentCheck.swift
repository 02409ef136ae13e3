import GRDB
import Model
import Stores

/// Opens everything that is sealed in a file whose codes are right: secrets, tokens and versions. None of
/// their bytes is in a code, because each opens only as what it was written as.
struct SealedContentCheck {
  let check: CodeCheck
  private var db: Database { check.db }
  private var key: StoreKey { check.key }

  /// The first fault of each connection.
  func faults() throws -> [ContentFault] {
    let names = try String.fetchAll(db, sql: "SELECT name FROM connection ORDER BY name")
    return try names.compactMap { name -> ContentFault? in
      do {
        try open(SnapshotReader.name(name))
        return nil
      } catch let error as StoreError {
        guard case .corrupt(let reason) = error else { throw error }
        return ContentFault(name, reason)
      }
    }
  }

  private func open(_ name: ConnectionName) throws {
    for field in try SealedField.all(db, of: [name]) { _ = try field.opened(key) }
    guard let tokens = try SealedTokens.of(name, in: db) else { return }
    _ = try tokens.opened(key)
    try openVersions(of: tokens.id)
  }

  /// One version at a time: all of them may be large.
  private func openVersions(of id: StoreID) throws {
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT * FROM version WHERE connection = ? ORDER BY number"),
      arguments: [id.rawValue])
    while let row = try rows.next() {
      try check.require(id, version: row["number"], row)
      let text: String = row["content"]
      if text == VersionTable.lost { continue }
      let content: VersionTable.Content = try decoded(text)
      _ = try content.opened(of: id, key)
    }
  }
}
