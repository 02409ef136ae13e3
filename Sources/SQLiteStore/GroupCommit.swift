import GRDB
import Stores

/// Writes of many changes that are under way at once, as many in one transaction as wait for one:
/// what costs is to have a commit on the disk, and not what is in it.
///
/// Each write is all or nothing by itself, and is on the disk when it is told to be done.
actor GroupCommit {
  private struct Waiting {
    /// Gives what went wrong; the rest of the transaction need not care.
    let attempt: (Database) -> StoreError?
    /// - Parameter fault: what became of the transaction as a whole.
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
    // Those that are on their way are let in first.
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
          // Of a full disk, for one, SQLite takes back all.
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
