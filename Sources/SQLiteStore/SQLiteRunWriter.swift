import GRDB
import Model
import Stores

/// Carries out the changes of one run, each in one transaction with its journal entry.
struct SQLiteRunWriter: ConnectionWriter {
  let run: RunID
  let transactions: GroupCommit
  let key: StoreKeyHolder

  func carryOut(_ write: StoreWrite) async throws(StoreError) -> AppliedRecord? {
    try await transactions.write { [run] db in try JournalTable.intend(db, write.name, in: run) }
    // If the key is open already, the record of a kept value can have its digest.
    let key = write.hasNewSecrets ? try await key.presentOrNew() : await key.opened
    return try await transactions.write { [run] db in
      try ChangeTransaction(db: db, key: key, write: write, run: run).carryOut()
    }
  }
}
