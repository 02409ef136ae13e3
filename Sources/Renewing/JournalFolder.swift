import Files
import Glibc
package import Stores
import Tokens

/// Responses in a folder, each in a file of its own: mode 0600, on the disk before anything else is done with
/// it.
package struct JournalFolder: ExchangeJournal {
  private static let ending = ".answer"
  /// The suffix of a file that is being written: its process may be killed before the rename.
  private static let unfinished = ".new"
  /// The prefix of a file that shows whether one can be written.
  private static let trial = "check-"

  /// Seconds after which the writer of an unfinished file is gone.
  private static let longestWrite = 3600

  /// Bytes of a response that is read again.
  private static let limit = 4 << 20

  private let path: String
  private let flush: @Sendable (_ folder: String) throws -> Void

  /// - Parameters:
  ///   - path: absolute; the folder is created when it is needed.
  ///   - flush: puts the names in a folder on the disk.
  package init(
    path: String,
    flush: @escaping @Sendable (_ folder: String) throws -> Void = {
      try FileSystem.synchronize(folder: $0)
    }
  ) {
    self.path = path
    self.flush = flush
  }

  package func add(_ bytes: [UInt8], as name: String) throws(StoreError) {
    try makeFolder()
    let name = location(name)
    try write(bytes, to: name + Self.unfinished)
    guard unsafe rename(name + Self.unfinished, name) == 0 else { throw failure("rename") }
    try flushNames(in: path)
  }

  package func remove(_ name: String) throws(StoreError) {
    for ending in ["", Self.unfinished] {
      let path = location(name) + ending
      // A file system that is read-only says so first, whether there is a file or not.
      guard unsafe unlink(path) != 0, errno != ENOENT else { continue }
      let failure = failure("unlink \(path)")
      if unsafe access(path, F_OK) == 0 { throw failure }
    }
  }

  package func check() throws(StoreError) {
    try makeFolder()
    let file = location(Self.trial + randomName()) + Self.unfinished
    defer { _ = unsafe unlink(file) }
    // It is looked at before each renewal, so nothing waits for the disk. The same fault has the same words each
    // time, by which it is known to be reported.
    close(try created([0], at: file, shownAs: "a file in \(path)"))
  }

  package func entries() throws(StoreError) -> [ExchangeEntry] {
    try names().compactMap { name -> ExchangeEntry? in
      let path = self.path + "/" + name
      let isUnfinished = name.hasSuffix(Self.unfinished)
      if isUnfinished, name.hasPrefix(Self.trial) {
        // Its process was killed, or is about to remove it.
        _ = unsafe unlink(path)
        return nil
      }
      return ExchangeEntry(
        location: path, bytes: try? RegularFile(limit: Self.limit).bytes(path),
        isComplete: !isUnfinished || isAbandoned(path))
    }
  }

  private func isAbandoned(_ path: String) -> Bool {
    var status = stat()
    var now = timespec()
    guard unsafe lstat(path, &status) == 0, unsafe clock_gettime(CLOCK_REALTIME, &now) == 0 else {
      return false
    }
    return now.tv_sec - status.st_mtim.tv_sec > Self.longestWrite
  }

  private func location(_ name: String) -> String { path + "/" + name + Self.ending }

  private func names() throws(StoreError) -> [String] {
    do throws(SystemError) {
      return try FileSystem.entries(of: path).map(\.name).filter { name in
        name.hasSuffix(Self.ending) || name.hasSuffix(Self.ending + Self.unfinished)
      }.sorted()
    } catch {
      if error.number == ENOENT { return [] }
      // Tokens that wait there must not be taken for none.
      throw .unavailable("the journal of token responses: opendir \(path): \(error)")
    }
  }

  /// What is in a new folder outlasts a loss of power if the folder does.
  private func makeFolder() throws(StoreError) {
    let parent = FileSystem.folder(of: path)
    for path in [parent, path] {
      if unsafe mkdir(path, 0o700) == 0 {
        try flushNames(in: FileSystem.folder(of: path))
      } else if errno != EEXIST {
        throw failure("mkdir \(path)")
      }
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
    let descriptor = try created(bytes, at: path)
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("fsync \(path)") }
  }

  /// A new file with these bytes, which may not be on the disk yet.
  ///
  /// - Returns: its descriptor, to be closed.
  private func created(
    _ bytes: [UInt8], at path: String, shownAs shown: String? = nil
  ) throws(StoreError) -> Int32 {
    let shown = shown ?? path
    let descriptor = unsafe open(
      path, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0o600)
    guard descriptor >= 0 else { throw failure("open \(shown)") }
    do throws(SystemError) {
      try FileSystem.write(bytes.span, to: descriptor)
    } catch {
      close(descriptor)
      throw .writeFailed("write \(shown): \(error)")
    }
    return descriptor
  }

  private func flushNames(in folder: String) throws(StoreError) {
    do {
      try flush(folder)
    } catch {
      if let fault = error as? SystemError, fault.isOfNoFlush { return }
      throw .writeFailed("fsync \(folder): \(error)")
    }
  }

  private func failure(_ what: String) -> StoreError {
    .writeFailed("\(what): \(SystemError(errno))")
  }
}
