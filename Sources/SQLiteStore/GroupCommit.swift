import GRDB
import Stores

/// Joins parallel writes into one transaction: the cost is in committing to disk, not in the
/// content.
///
/// Each write is all or nothing, and is on disk when `write` returns.
actor GroupCommit {
  private struct Waiting {
    /// Returns what failed; the rest of the transaction continues.
    let attempt: (Database) -> StoreError?
    /// - Parameter fault: what failed of the transaction as a whole.
    let end: (_ fault: StoreError?) -> Void
  }

  private let file: SQLiteFile
  private var waiting: [Waiting] = []

  init(_ file: SQLiteFile) { self.file = file }

  func write<R: Sendable>(
    _ work: @escaping @Sendable (Database) throws -> R
  ) async throws(StoreError) -> R {
    let result = await withCheckedContinuation { continuation in
      var outcome = Result<R, StoreError>.failure(.writeFailed("the transaction did not run"))
      waiting.append(
        Waiting(
          attempt: { db in
            outcome = Self.inSavepoint(of: db, work)
            if case .failure(let error) = outcome { return error }
            return nil
          },
          end: { fault in continuation.resume(returning: fault.map { .failure($0) } ?? outcome) }))
      if waiting.count == 1 { Task { await commit() } }
    }
    return try result.get()
  }

  private func commit() async {
    // Lets writes that are about to be queued join first.
    var count: Int
    repeat {
      count = waiting.count
      await Task.yield()
    } while waiting.count > count
    let writes = waiting
    waiting = []
    var fault: StoreError?
    do throws(StoreError) {
      try file.writing { db in
        for write in writes {
          let error = write.attempt(db)
          // After some errors, such as a full disk, SQLite rolls back everything.
          if let error, !db.isInsideTransaction { throw error }
        }
      }
    } catch {
      fault = error
    }
    for write in writes { write.end(fault) }
  }

  private static func inSavepoint<R>(
    of db: Database, _ work: (Database) throws -> R
  ) -> Result<R, StoreError> {
    Result { () throws(StoreError) in
      try StoreError.translating {
        var result: R?
        try db.inSavepoint {
          result = try work(db)
          return .commit
        }
        guard let result else { throw StoreError.writeFailed("the savepoint did not run") }
        return result
      }
    }
  }
}
