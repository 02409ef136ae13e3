import Files
import GRDB
import Glibc
import Stores

extension SQLiteFile {
  /// By SQLite's online backup (https://sqlite.org/backup.html), which shows one moment even if others
  /// write meanwhile.
  func copy(to path: String) throws(StoreError) {
    try requireStore()
    let target = FileRules(path: path)
    try target.make()
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(10)
    try StoreError.translating(about: target) {
      let source = try DatabaseQueue(path: rules.path, configuration: configuration)
      try source.read(Self.refuseOthers)
      let copy = try DatabaseQueue(path: path)
      try source.backup(to: copy)
      // One file, without a log beside it.
      try copy.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
      try copy.close()
    }
  }

  /// SQLite's own check of its pages, and that the schema is ours.
  ///
  /// - Returns: how many connections it has.
  func check() throws(StoreError) -> Int {
    try requireStore()
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(10)
    return try StoreError.translating(about: rules) {
      let queue = try DatabaseQueue(path: rules.path, configuration: configuration)
      return try queue.read { db in
        try Self.refuseOthers(db)
        let result = try String.fetchAll(db, sql: "PRAGMA integrity_check(10)")
        if result != ["ok"] {
          throw StoreError.corrupt("SQLite says: \(result.prefix(3).joined(separator: "; "))")
        }
        return try Int.fetchOne(db, sql: "SELECT count(*) FROM connection") ?? 0
      }
    }
  }

  private func requireStore() throws(StoreError) {
    guard try rules.check() else { throw .unavailable("there is no store yet") }
    try requireContent()
  }

  /// - Throws: `refused` if the file exists, with whatever in it, or its log.
  func requireVacancy() throws(StoreError) {
    var status = stat()
    if unsafe lstat(rules.path, &status) == 0 || waitingBytes > 0 {
      throw .refused("there is a store already")
    }
  }

  /// Gives a whole database, which is on the same file system, the file's name.
  ///
  /// - Throws: `refused` if the file exists, with whatever in it, or its log.
  func install(_ path: String) throws(StoreError) {
    try rules.underFolderLock(exclusive: true, waitingAtMost: Self.shortWait) {
      () throws(StoreError) in try put(path)
    }
  }

  /// The same, under the lock of the folder.
  func put(_ path: String) throws(StoreError) {
    try requireVacancy()
    // What SQLite left of an earlier file.
    rules.removeLogs()
    // A hard link never replaces a file; some file systems have none.
    if unsafe link(path, rules.path) == 0 {
      unsafe unlink(path)
    } else if errno == EEXIST {
      throw .refused("there is a store already")
    } else if unsafe rename(path, rules.path) != 0 {
      throw .writeFailed(SystemError(errno).description)
    }
    try rules.flushFolder()
  }
}
