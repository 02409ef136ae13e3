import GRDB
package import Model
package import Stores

extension SQLiteBackend: VersionHistory {
  package func versions(of name: ConnectionName) throws(StoreError) -> [StoredVersion] {
    try reading(ifAbsent: []) { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT number, provenance, number = connection.version FROM version
          JOIN connection ON connection.id = version.connection
          WHERE name = ? ORDER BY number DESC
          """, arguments: [name.rawValue])
      return try rows.map { row in
        let provenance: Provenance = try decoded(row[1])
        return StoredVersion(
          version: StoreVersion(String(row[0] as Int64)), at: provenance.at, who: provenance.who,
          commit: provenance.commit, state: row[2] as Bool ? .present : .kept)
      }
    }
  }

  package func events(of name: ConnectionName) throws(StoreError) -> [StoreEvent] {
    try reading(ifAbsent: []) { db in
      try Row.fetchAll(
        db.cachedStatement(sql: "SELECT * FROM event WHERE connection = ? ORDER BY id"),
        arguments: [name.rawValue]
      ).map(EventTable.event)
    }
  }

  package func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord {
    try await StoreKeyHolder.work(.presentIfAvailable, of: key) {
      (key) async throws(StoreError) in
      try writing { db in
        guard try key?.isCurrent(in: db) ?? true else { return nil }
        return try RollbackTransaction(
          db: db, key: key, name: name, version: version, provenance: provenance
        ).carryOut()
      }
    }
  }
}
