import Encodings
import GRDB
import Model
import Stores
import Synchronization

/// One of our SQLite files, 0600 in a folder of 0700. The first write creates it, with all its tables at
/// once; so a file without them is not one of ours. Reading writes nothing.
final class SQLiteFile: Sendable {
  /// The file as it is open for writing.
  private struct Writer {
    let queue: DatabaseQueue
    let identity: FileRules.Identity
  }

  let rules: FileRules
  private let opened = Mutex<Writer?>(nil)

  /// Seconds to wait for the transactions of other processes: on a slow disk, each takes its time, and
  /// they have no order.
  private let patience: Int64

  /// Seconds for what is tried again anyway.
  static let shortWait: Int64 = 1

  /// - Parameters:
  ///   - path: absolute.
  ///   - patience: seconds to wait for other processes.
  init(path: String, patience: Int64 = 60) {
    rules = FileRules(path: path)
    self.patience = patience
  }

  /// Work in one transaction that begins by taking SQLite's write lock.
  ///
  /// Nothing is committed to a file that is no longer the store: one that was moved away and replaced while
  /// this process runs, as for a restore.
  ///
  /// - Parameter seconds: to wait for other processes; `nil` for the file's own patience.
  /// - Throws: `busy` if others were quicker all the time, `unavailable` if the file was moved meanwhile.
  func writing<R>(
    waitingAtMost seconds: Int64? = nil, _ work: (Database) throws -> R
  ) throws(StoreError) -> R {
    let writer = try writer(waitingAtMost: seconds ?? patience)
    return try StoreError.translating(about: rules) {
      try writer.queue.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA busy_timeout = \((seconds ?? patience) * 1000)")
        var result: R?
        try db.inTransaction(.immediate) {
          result = try work(db)
          guard isCurrent(writer) else { throw StoreError.unavailable(Self.wasReplaced) }
          return .commit
        }
        guard let result else { throw StoreError.writeFailed("the transaction did not run") }
        return result
      }
    }
  }

  /// Removes what was overwritten or deleted from free pages and from the log.
  func removeTraces() throws(StoreError) {
    let writer = try writer(waitingAtMost: patience)
    try StoreError.translating(about: rules) {
      try writer.queue.writeWithoutTransaction { db in
        try db.execute(sql: "VACUUM")
        _ = try db.checkpoint(.truncate)
      }
    }
  }

  private func writer(waitingAtMost seconds: Int64) throws(StoreError) -> Writer {
    let known = opened.withLock { $0 }
    if let known, isCurrent(known) { return known }
    if known == nil { _ = try rules.makeFolder() }
    let writer = try rules.underFolderLock(exclusive: true, waitingAtMost: seconds) {
      () throws(StoreError) in
      if try rules.check() {
        // Opening it for writing would change it.
        try readingUnderLock(.store, ifAbsent: ()) { _ in }
      } else if known != nil {
        // Another file will follow, such as a restored one; a new store would be in its way.
        throw .unavailable("its file was moved or removed")
      } else {
        try requireNoLog()
        try create()
      }
      return try open(waitingAtMost: seconds)
    }
    // SQLite leaves the log of the file before alone: it sees that its path leads to another one.
    opened.withLock { $0 = writer }
    return writer
  }

  private func isCurrent(_ writer: Writer) -> Bool {
    FileRules.identity(of: rules.path) == writer.identity
  }

  private static let wasReplaced = "its file was replaced meanwhile"

  private func open(waitingAtMost seconds: Int64) throws(StoreError) -> Writer {
    // Opening may change it: an overlay file system copies a file that is opened for writing.
    for _ in 0..<3 {
      let identity = FileRules.identity(of: rules.path)
      let queue = try StoreError.translating(about: rules) {
        try Self.migrated(rules.path, waitingAtMost: seconds)
      }
      if let identity, identity == FileRules.identity(of: rules.path) {
        return Writer(queue: queue, identity: identity)
      }
    }
    throw .unavailable(Self.wasReplaced)
  }

  /// It is made in a folder of its own, so that a process that is killed meanwhile leaves no part of a store.
  private func create() throws(StoreError) {
    let folder = try makeCopyFolder(in: rules.folder, removingAbandoned: true)
    defer { folder.remove() }
    let draft = FileRules(path: folder.file)
    try draft.make()
    try StoreError.translating(about: draft) {
      let queue = try Self.migrated(draft.path, waitingAtMost: Self.shortWait)
      // All of it is in the one file that gets the name.
      _ = try queue.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
      try queue.close()
    }
    try put(draft.path)
  }

  private static func migrated(
    _ path: String, waitingAtMost seconds: Int64
  ) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(Double(seconds))
    configuration.prepareDatabase { db in
      // Overwrites removed values with zeros.
      try db.execute(sql: "PRAGMA secure_delete = ON")
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    // A commit is on the disk when it is reported; GRDB sets less for a write-ahead log.
    try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
    try Schema.migrator.migrate(queue)
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
    guard try rules.check() || waitingBytes > 0 else { return absent }
    return try rules.underFolderLock(exclusive: false, waitingAtMost: patience) {
      () throws(StoreError) in
      try readingUnderLock(part, ifAbsent: absent, work)
    }
  }

  private func readingUnderLock<R>(
    _ part: Schema.Part, ifAbsent absent: R, _ work: (Database) throws -> R
  ) throws(StoreError) -> R {
    for _ in 0..<3 {
      guard try rules.check() else {
        try requireNoLog()
        return absent
      }
      let before = FileRules.stamp(of: rules.path)
      try requireContent()
      if waitingBytes > 0 { break }
      let result = Result { () throws(StoreError) in try read(part, uri: fileURI, absent, work) }
      let isStill = FileRules.stamp(of: rules.path) == before && waitingBytes == 0
      // A result or an error from the time of another process's write is unreliable.
      if isStill { return try result.get() }
    }
    return try read(part, uri: rules.path, absent, work)
  }

  /// SQLite takes an empty file for a new database, and removes what waits beside it.
  func requireContent() throws(StoreError) {
    if FileRules.stamp(of: rules.path)?.size == 0 { throw .notAStore("the file is empty") }
  }

  /// What waits for a file that was moved or removed would be written into the next one.
  private func requireNoLog() throws(StoreError) {
    if waitingBytes > 0 { throw .notAStore("its log, the `-wal` file, is there without it") }
  }

  var waitingBytes: Int { FileRules.stamp(of: rules.path + "-wal")?.size ?? 0 }

  private var fileURI: String { "file:\(percentEncoded(path: rules.path))?immutable=1" }

  private func read<R>(
    _ part: Schema.Part, uri: String, _ absent: R, _ work: (Database) throws -> R
  ) throws(StoreError) -> R {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(Double(patience))
    return try StoreError.translating(about: rules) {
      let queue = try DatabaseQueue(path: uri, configuration: configuration)
      return try queue.read { db in
        try Self.refuseOthers(db)
        guard try Schema.migrator.appliedIdentifiers(db).contains(part.rawValue) else {
          return absent
        }
        return try work(db)
      }
    }
  }

  /// What a newer version wrote, and what is not ours at all.
  static func refuseOthers(_ db: Database) throws {
    guard try Schema.has(.store, in: db) else {
      let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
      throw StoreError.notAStore(
        isEmpty ? "it is a database without any table" : "it is another program's database")
    }
    if try Schema.migrator.hasBeenSuperseded(db) {
      throw StoreError.tooNew("its schema is newer than this version of vaultctl")
    }
  }
}
