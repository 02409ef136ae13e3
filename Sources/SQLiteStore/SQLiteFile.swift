import Encodings
import GRDB
import Model
import Stores
import Synchronization

/// One of our SQLite files, 0600 in a folder of 0700. The first write creates it; reading writes
/// nothing.
final class SQLiteFile: Sendable {
  private let rules: FileRules
  private let opened = Mutex<DatabaseQueue?>(nil)

  /// - Parameter path: absolute.
  init(path: String) { rules = FileRules(path: path) }

  /// Work in one transaction that begins by taking SQLite's write lock.
  func writing<R>(_ work: (Database) throws -> R) throws(StoreError) -> R {
    let queue = try writer()
    return try StoreError.translating {
      try queue.writeWithoutTransaction { db in
        var result: R?
        try db.inTransaction(.immediate) {
          result = try work(db)
          return .commit
        }
        guard let result else { throw StoreError.writeFailed("the transaction did not run") }
        return result
      }
    }
  }

  /// Removes what was overwritten or deleted from free pages and from the log.
  func removeTraces() throws(StoreError) {
    let queue = try writer()
    try StoreError.translating {
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "VACUUM")
        _ = try db.checkpoint(.truncate)
      }
    }
  }

  private func writer() throws(StoreError) -> DatabaseQueue {
    if let queue = opened.withLock({ $0 }) { return queue }
    try rules.make()
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { db in
      // Overwrites removed values with zeros.
      try db.execute(sql: "PRAGMA secure_delete = ON")
    }
    let queue = try rules.underFolderLock(exclusive: true) { () throws(StoreError) in
      try StoreError.translating {
        let queue = try DatabaseQueue(path: rules.path, configuration: configuration)
        // A commit is on the disk when it is reported; GRDB sets less for a write-ahead log.
        try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        try queue.read(Self.refuseNewer)
        try Schema.migrator.migrate(queue)
        return queue
      }
    }
    opened.withLock { $0 = queue }
    return queue
  }

  /// Works on the existing file, without creating a file beside it.
  ///
  /// SQLite makes `-wal` and `-shm` even for readers. If nothing waits in a `-wal`, the file is
  /// opened as immutable, and checked again afterwards; otherwise its files already exist.
  ///
  /// - Parameter part: what `work` reads; absent if the file does not have it.
  func reading<R>(
    _ part: Schema.Part, ifAbsent absent: R, _ work: (Database) throws -> R
  ) throws(StoreError) -> R {
    guard try rules.check() else { return absent }
    return try rules.underFolderLock(exclusive: false) { () throws(StoreError) in
      for _ in 0..<3 {
        guard try rules.check() else { return absent }
        let before = FileRules.stamp(of: rules.path)
        if waitingBytes > 0 { break }
        if before?.size == 0 { return absent }
        let result = Result { () throws(StoreError) in try read(part, uri: fileURI, absent, work) }
        let isStill = FileRules.stamp(of: rules.path) == before && waitingBytes == 0
        // A result or an error from the time of another process's write is unreliable.
        if isStill { return try result.get() }
      }
      return try read(part, uri: rules.path, absent, work)
    }
  }

  private var waitingBytes: Int { FileRules.stamp(of: rules.path + "-wal")?.size ?? 0 }

  private var fileURI: String { "file:\(percentEncoded(path: rules.path))?immutable=1" }

  private func read<R>(
    _ part: Schema.Part, uri: String, _ absent: R, _ work: (Database) throws -> R
  ) throws(StoreError) -> R {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(10)
    return try StoreError.translating {
      let queue = try DatabaseQueue(path: uri, configuration: configuration)
      return try queue.read { db in
        try Self.refuseNewer(db)
        guard try Schema.migrator.appliedIdentifiers(db).contains(part.rawValue) else {
          return absent
        }
        return try work(db)
      }
    }
  }

  private static func refuseNewer(_ db: Database) throws {
    if try Schema.migrator.hasBeenSuperseded(db) {
      throw StoreError.tooNew("its schema is newer than this version of vaultctl")
    }
  }
}
