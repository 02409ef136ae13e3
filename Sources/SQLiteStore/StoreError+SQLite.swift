import GRDB
import Stores

extension StoreError {
  /// Runs database work; SQLite's errors become store errors, without SQL or values.
  ///
  /// - Parameter rules: the file, where what SQLite cannot open or write is explained by the disk.
  static func translating<R>(
    about rules: FileRules? = nil, _ work: () throws -> R
  ) throws(StoreError) -> R {
    do {
      return try work()
    } catch let error as StoreError {
      throw error
    } catch let error as DatabaseError {
      throw StoreError(error, rules)
    } catch {
      throw .corrupt("a record in the store cannot be read")
    }
  }

  private init(_ error: DatabaseError, _ rules: FileRules?) {
    let text = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    switch error.resultCode {
    // All statements are ours: one that SQLite does not understand is about a table that is not.
    case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_FORMAT, .SQLITE_ERROR: self = .corrupt(text)
    case .SQLITE_FULL: self = .writeFailed("its disk is full")
    // SQLite says what it could not do, and not why.
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_PERM:
      if let obstacle = rules?.obstacle {
        self = .writeFailed("\(obstacle) (SQLite: \(text))")
      } else {
        self = error.resultCode == .SQLITE_READONLY ? .writeFailed(text) : .unavailable(text)
      }
    case .SQLITE_TOOBIG: self = .writeFailed(text)
    case .SQLITE_CONSTRAINT: self = .corrupt("a schema constraint failed")
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy("another process is using it")
    default: self = .unavailable(text)
    }
  }
}
