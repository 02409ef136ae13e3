package import Model
package import Stores

extension SQLiteBackend: StoreAuthentication {
  package func needsUpgrade() async throws(StoreError) -> Bool {
    guard let text = try await key.sealed() else { return false }
    return try await key.openIfAvailable(text)?.authenticates == false
  }

  /// The new key opens nothing of an earlier copy of the file, which therefore cannot take its place
  /// part by part.
  package func upgrade(by provenance: Provenance) async throws(StoreError) {
    try await key.update(makesNew: true, by: provenance)
  }

  package func faults() async throws(StoreError) -> [ContentFault]? {
    guard let key = try await key.present() else { return nil }
    return try reading(ifAbsent: []) { db -> [ContentFault]? in
      try CodeCheck(db, key).map(Self.faults)
    }
  }

  /// Of connections, records, versions and events; and what would stop an apply, although it has no code.
  static func faults(_ check: CodeCheck) throws -> [ContentFault] {
    var faults =
      try check.faults() + check.versionFaults() + LockTable.faults(check.db)
      + JournalTable.faults(check.db)
    do {
      try check.requireEvents()
    } catch let error as StoreError {
      guard case .corrupt(let reason) = error else { throw error }
      faults.append(ContentFault(nil, reason))
    }
    return faults
  }

  package func orphans() async throws(StoreError) -> [String: Int] {
    try reading(ifAbsent: [:]) { db in try OrphanRows.counts(db) }
  }

  package func accept() async throws(StoreError) {
    let key = try await key.present()
    try writing { db in
      guard try key.mayWrite(to: db) else {
        throw StoreError.busy("the store key is being replaced")
      }
      try OrphanRows.remove(db)
      try JournalTable.repair(db)
      guard let key else { return }
      try VersionNumbers(db: db).complete(key)
      try CodeWriter.writeAll(db, key)
    }
  }
}
