import Encodings
import Files
import Glibc
import Stores

/// Private folders beside the file, named `.vaultctl-copy-` and 16 hexadecimal digits. Each has a file that its
/// process has locked (flock(2)), so that one whose process is gone, wherever that ran, shows by its lock.
///
/// Whatever else is beside the file is not ours to remove: only folders of exactly such a name are looked at,
/// and nothing is removed from them but the files that we make there.
extension SQLiteFile {
  private static let prefix = ".vaultctl-copy-"

  /// Folders are made, and those of killed processes removed, under the lock of the store's folder: a new one
  /// is never seen without its lock.
  func makeCopyFolder(removingAbandoned: Bool) throws(StoreError) -> CopyFolder {
    let isFirst = FileRules.stamp(of: rules.folder) == nil
    let parent = try rules.makeFolder()
    return try rules.underFolderLock(exclusive: true, waitingAtMost: Self.folderWait) {
      () throws(StoreError) in
      let folder = try makeCopyFolder(in: parent, removingAbandoned: removingAbandoned)
      guard isFirst else { return folder }
      return CopyFolder(path: folder.path) {
        folder.remove()
        // The store's folder, too, if no store came into it.
        unsafe rmdir(parent)
      }
    }
  }

  /// The same, under the lock of the store's folder.
  func makeCopyFolder(
    in parent: String, removingAbandoned: Bool
  ) throws(StoreError) -> CopyFolder {
    if removingAbandoned { Self.removeAbandoned(in: parent) }
    let path = "\(parent)/\(Self.prefix)\(RandomName.next())"
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
    }
  }

  /// Seconds.
  private static let folderWait: Int64 = 10

  private static func removeAbandoned(in parent: String) {
    let names = ((try? FileSystem.entries(of: parent)) ?? []).map(\.name)
    for name in names where isHexadecimal(name, after: prefix, digits: RandomName.digitCount) {
      let path = "\(parent)/\(name)"
      var status = stat()
      guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
      if let lock = lock(path, flags: 0) {
        remove(path)
        close(lock)
      } else if errno == ENOENT {
        // Its process was killed before it had a lock, or after it was gone: an empty folder.
        unsafe rmdir(path)
      }
    }
  }

  /// - Returns: a descriptor that holds the lock of a folder; `nil` if another process does.
  private static func lock(_ path: String, flags: Int32) -> Int32? {
    let descriptor = unsafe open(
      lockFile(path), O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, FileRules.fileMode)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    let number = errno
    close(descriptor)
    errno = number
    return nil
  }

  private static func lockFile(_ path: String) -> String { "\(path)/lock" }

  /// The lock is removed last, so that a folder without one has nothing of ours. A folder with anything
  /// else in it stays.
  private static func remove(_ path: String) {
    FileRules(path: CopyFolder.file(in: path)).remove()
    unsafe unlink(lockFile(path))
    unsafe rmdir(path)
  }
}
