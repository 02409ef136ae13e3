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
    return try await StoreKeyHolder.work(
      write.hasNewSecrets ? .presentOrNew : .opened, of: key
    ) { (key) async throws(StoreError) in
      try await transactions.write { [run] db -> AppliedRecord?? in
        guard try key?.isCurrent(in: db) ?? true else { return nil }
        return .some(try ChangeTransaction(db: db, key: key, write: write, run: run).carryOut())
      }
    }
  }
}
