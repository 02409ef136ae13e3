import Glibc
import Stores

/// Keeps the store's file accessible to its owner alone.
struct FileRules {
  static let fileMode: mode_t = 0o600
  static let folderMode: mode_t = 0o700

  let path: String
  private let folder: String

  init(path: String) {
    self.path = path
    let end = path.lastIndex(of: "/") ?? path.startIndex
    folder = end == path.startIndex ? "/" : String(path[..<end])
  }

  /// Whether the file exists. Refuses symbolic links and looser modes of file and folder.
  func check() throws(StoreError) -> Bool {
    guard try isThere(folder, allowed: Self.folderMode) else { return false }
    return try isThere(path, allowed: Self.fileMode)
  }

  /// Creates missing folders and files, with their modes from the start.
  func make() throws(StoreError) {
    if try check() { return }
    if unsafe mkdir(folder, Self.folderMode) != 0, errno != EEXIST {
      throw .unavailable("cannot create \(folder): \(lastError())")
    }
    let descriptor = unsafe open(
      path, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, Self.fileMode)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno != EEXIST {
      throw .unavailable("cannot create \(path): \(lastError())")
    }
    _ = try check()
  }

  /// Runs `work` under a lock on the folder (flock(2), so nothing is written, and the system lets
  /// it go with its process): an exclusive one while the database is created or migrated, which
  /// SQLite alone does not keep readers out of.
  ///
  /// - Throws: `unavailable` if another process holds it for ten seconds.
  func underFolderLock<R>(
    exclusive: Bool, _ work: () throws(StoreError) -> R
  ) throws(StoreError) -> R {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unavailable("cannot open \(folder): \(lastError())") }
    defer { close(descriptor) }
    let pause: UInt32 = 10_000
    var triesLeft = 1000
    while flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw .unavailable("cannot lock \(folder): \(lastError())")
      }
      guard triesLeft > 0 else { throw .unavailable("another process is setting it up") }
      triesLeft -= 1
      usleep(pause)
    }
    return try work()
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

  private func lastError() -> String { unsafe String(cString: strerror(errno)) }
}
