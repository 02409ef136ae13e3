import GRDB
package import Model
package import Stores

extension SQLiteBackend: VersionHistory {
  package func versions(
    of name: ConnectionName
  ) async throws(StoreError) -> [StoredVersion] {
    try await checked(ifAbsent: []) { db, key, _ in
      let check = try CodeCheck(db, key)
      try check?.require(name.rawValue)
      try check?.requireVersions(of: name.rawValue)
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT number, provenance, number = connection.version, version.connection, content
          \(check == nil ? "" : ", code") FROM version
          JOIN connection ON connection.id = version.connection
          WHERE name = ? ORDER BY number DESC
          """, arguments: [name.rawValue])
      return try rows.map { row in
        try check?.require(StoreID(row["connection"]), version: row[0], row)
        let provenance: Provenance = try decoded(row[1])
        let content: String = row["content"]
        return StoredVersion(
          version: StoreVersion(String(row[0] as Int64)), at: provenance.at, who: provenance.who,
          commit: provenance.commit,
          state: content == VersionTable.lost
            ? .destroyed : (row[2] as Bool) ? .present : .kept)
      }
    }
  }

  package func content(
    of name: ConnectionName, at version: StoreVersion
  ) async throws(StoreError) -> VersionContent? {
    guard let number = Int64(version.rawValue) else { return nil }
    let (id, content, text, opened) = try await checked(ifAbsent: (nil, nil, nil, nil)) {
      db, key, _ in
      let id = try String.fetchOne(
        db.cachedStatement(sql: "SELECT id FROM connection WHERE name = ?"),
        arguments: [name.rawValue]
      ).map { StoreID($0) }
      return (
        id, try id.flatMap { try VersionTable.content(db, $0, number: number, key) },
        try SQLiteKeyStorage.text(in: db), key
      )
    }
    guard let id, let content else { return nil }
    let isSealed = content.fields.values.contains { $0.sealed != nil }
    let key = isSealed ? try await key.required(openedFrom: text) : opened
    return try StoreError.translating { try content.opened(of: id, key) }
  }

  package func events(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [ConnectionName: [StoreEvent]] {
    try await checked(ifAbsent: [:]) { db, key, _ in
      try CodeCheck(db, key)?.requireEvents()
      return try names.reduce(into: [:]) { events, name in
        events[name] = try Row.fetchAll(
          db.cachedStatement(sql: "SELECT * FROM event WHERE connection = ? ORDER BY id"),
          arguments: [name.rawValue]
        ).map(EventTable.event)
      }
    }
  }

  package func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord {
    // The key is opened if that is possible: it makes the digests.
    _ = try await key.presentIfAvailable()
    return try await writingWithCodes { db, key in
      try RollbackTransaction(
        db: db, key: key, name: name, version: version, provenance: provenance
      ).carryOut()
    }
  }
}
