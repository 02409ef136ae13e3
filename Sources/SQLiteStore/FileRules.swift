import Files
import Glibc
import Stores

/// Keeps the store's file accessible to its owner alone.
struct FileRules {
  static let fileMode: mode_t = 0o600
  static let folderMode: mode_t = 0o700

  let path: String
  let folder: String

  init(path: String) {
    self.path = path
    folder = FileSystem.folder(of: path)
  }

  /// Whether the file exists. Refuses symbolic links and looser modes of file and folder.
  func check() throws(StoreError) -> Bool {
    guard try isThere(folder, allowed: Self.folderMode) else { return false }
    return try isThere(path, allowed: Self.fileMode)
  }

  /// - Returns: the folder of the file, which exists now.
  func makeFolder() throws(StoreError) -> String {
    if unsafe mkdir(folder, Self.folderMode) == 0 {
      // What is in it outlasts a loss of power if it does.
      let parent = FileSystem.folder(of: folder)
      do throws(SystemError) {
        try FileSystem.synchronizeIfPossible(folder: parent)
      } catch {
        throw .writeFailed("\(parent): \(error)")
      }
    } else if errno != EEXIST {
      throw .unavailable("cannot create \(folder): \(lastError())")
    }
    return folder
  }

  /// Creates missing folders and files, with their modes from the start.
  func make() throws(StoreError) {
    if try check() { return }
    _ = try makeFolder()
    let descriptor = unsafe open(
      path, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, Self.fileMode)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno != EEXIST {
      throw .unavailable("cannot create \(path): \(lastError())")
    }
    _ = try check()
  }

  /// Removes the file, and what SQLite has beside it.
  func remove() {
    unsafe unlink(path)
    removeLogs()
  }

  /// Removes what SQLite has beside the file.
  func removeLogs() { for ending in ["-journal", "-wal", "-shm"] { unsafe unlink(path + ending) } }

  /// Puts the names of the folder's files on the disk.
  func flushFolder() throws(StoreError) {
    do throws(SystemError) {
      try FileSystem.synchronize(folder: folder)
    } catch {
      throw .writeFailed("\(folder): \(error)")
    }
  }

  /// Runs `work` under a lock on the folder (flock(2), so nothing is written, and the system lets
  /// it go with its process): an exclusive one while the database is created or migrated, which
  /// SQLite alone does not keep readers out of.
  ///
  /// - Throws: `busy` if another process holds it all that time, in seconds.
  func underFolderLock<R>(
    exclusive: Bool, waitingAtMost seconds: Int64, _ work: () throws(StoreError) -> R
  ) throws(StoreError) -> R {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unavailable("cannot open \(folder): \(lastError())") }
    defer { close(descriptor) }
    let pause: UInt32 = 10_000
    var triesLeft = seconds * 100
    while flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw .unavailable("cannot lock \(folder): \(lastError())")
      }
      guard triesLeft > 0 else { throw .busy("another process is setting it up") }
      triesLeft -= 1
      usleep(pause)
    }
    return try work()
  }

  /// Why the file, or one beside it, cannot be written; `nil` if nothing shows why.
  var obstacle: String? {
    var disk = statvfs()
    if unsafe statvfs(folder, &disk) == 0 {
      if disk.f_flag & UInt(ST_RDONLY) != 0 { return "\(folder) is on a read-only file system" }
      if disk.f_bavail &* disk.f_frsize < Self.spareBytes { return "the disk of \(folder) is full" }
      if disk.f_files > 0, disk.f_favail == 0 { return "no inode is left on the disk of \(folder)" }
    }
    for place in [folder, path] where unsafe access(place, R_OK | W_OK) != 0 && errno != ENOENT {
      return "\(place): \(lastError())"
    }
    return nil
  }

  /// SQLite writes a few pages at once, and fails as a whole: less than that is nothing.
  private static let spareBytes: UInt = 65_536

  /// Which file a path leads to, whatever is in it.
  struct Identity: Equatable, Sendable {
    let device: dev_t
    let inode: ino_t
  }

  /// - Returns: `nil` if there is no file, or nobody can say.
  static func identity(of path: String) -> Identity? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    return Identity(device: status.st_dev, inode: status.st_ino)
  }

  /// Differs if a file was written in the meantime.
  struct Stamp: Equatable {
    let inode: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int
  }

  static func stamp(of path: String) -> Stamp? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    return Stamp(
      inode: status.st_ino, size: status.st_size, seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec)
  }

  private func isThere(_ path: String, allowed: mode_t) throws(StoreError) -> Bool {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      if errno == ENOENT { return false }
      throw .unavailable("cannot inspect \(path): \(lastError())")
    }
    if status.st_mode & S_IFMT == S_IFLNK { throw .isSymlink(path: path) }
    let mode = status.st_mode & 0o777
    guard mode & ~allowed == 0 else {
      throw .modeTooLoose(path: path, mode: mode, allowed: allowed)
    }
    return true
  }

  private func lastError() -> String { SystemError(errno).description }
}
