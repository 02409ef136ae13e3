import GRDB
import Stores

extension StoreError {
  /// Runs database work; SQLite's errors become store errors, without SQL or values.
  static func translating<R>(_ work: () throws -> R) throws(StoreError) -> R {
    do {
      return try work()
    } catch let error as StoreError {
      throw error
    } catch let error as DatabaseError {
      throw StoreError(error)
    } catch {
      throw .corrupt("a record in the store cannot be read")
    }
  }

  private init(_ error: DatabaseError) {
    let text = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_FORMAT: self = .corrupt(text)
    case .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_TOOBIG: self = .writeFailed(text)
    case .SQLITE_CONSTRAINT: self = .corrupt("a schema constraint failed")
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .unavailable("another process is using it")
    default: self = .unavailable(text)
    }
  }
}
