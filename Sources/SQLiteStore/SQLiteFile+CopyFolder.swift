import Files
import FoundationEssentials
import Glibc
import Stores

/// Folders beside the file, named `backup-…`. Each has a file that its process has locked (flock(2)), so
/// that one whose process is gone, wherever that ran, shows by its lock.
extension SQLiteFile {
  private static let prefix = "backup-"

  /// Folders are made, and those of killed processes removed, under the lock of the store's folder: a new one
  /// is never seen without its lock.
  func makeCopyFolder() throws(StoreError) -> CopyFolder {
    let isFirst = FileRules.stamp(of: rules.folder) == nil
    let parent = try rules.makeFolder()
    return try rules.underFolderLock(exclusive: true, waitingAtMost: Self.folderWait) {
      () throws(StoreError) in
      Self.removeAbandoned(in: parent)
      let path = "\(parent)/\(Self.prefix)\(UInt64.random(in: 0...UInt64.max))"
      guard unsafe mkdir(path, FileRules.folderMode) == 0 else {
        throw .unavailable("cannot create \(path): \(SystemError(errno))")
      }
      guard let lock = Self.lock(path, flags: O_CREAT | O_EXCL) else {
        Self.remove(path)
        throw .unavailable("cannot lock \(path)")
      }
      return CopyFolder(path: path) {
        Self.remove(path)
        close(lock)
        // Its folder, too, if no store came into it.
        if isFirst { unsafe rmdir(parent) }
      }
    }
  }

  /// Seconds.
  private static let folderWait: Int64 = 10

  private static func removeAbandoned(in parent: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    for name in names where name.hasPrefix(prefix) {
      let path = "\(parent)/\(name)"
      var status = stat()
      guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
      if let lock = lock(path, flags: 0) {
        remove(path)
        close(lock)
      } else if errno == ENOENT {
        // Its process was killed before it had a lock.
        remove(path)
      }
    }
  }

  /// - Returns: a descriptor that holds the lock of a folder; `nil` if another process does.
  private static func lock(_ path: String, flags: Int32) -> Int32? {
    let descriptor = unsafe open(
      "\(path)/lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, FileRules.fileMode)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    let number = errno
    close(descriptor)
    errno = number
    return nil
  }

  private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
