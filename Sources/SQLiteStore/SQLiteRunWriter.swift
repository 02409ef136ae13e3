import GRDB
import Model
import Stores

/// Carries out the changes of one run, each in one transaction with its journal entry.
struct SQLiteRunWriter: ConnectionWriter {
  let run: RunID
  let transactions: GroupCommit
  let key: StoreKeyHolder
  /// Of a write without a new secret.
  let need: StoreKeyHolder.Need

  func carryOut(_ write: StoreWrite) async throws(StoreError) -> AppliedRecord? {
    try await transactions.write { [run] db in try JournalTable.intend(db, write.name, in: run) }
    return try await StoreKeyHolder.work(
      write.hasNewSecrets ? .presentOrNew : need, of: key
    ) { (key) async throws(StoreError) in
      try await transactions.write { [run] db -> AppliedRecord?? in
        guard try key.mayWrite(to: db) else { return nil }
        return .some(try ChangeTransaction(db: db, key: key, write: write, run: run).carryOut())
      }
    }
  }
}
