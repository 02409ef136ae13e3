import Foundation
import Synchronization

/// A folder that only this user can enter, and that goes with everything in it: editors leave backups and
/// swap files beside the file that they were given.
///
/// It is in memory where the machine has a file system for that: `XDG_RUNTIME_DIR`
/// (basedir-spec, "User directories") or `/dev/shm`.
final class PrivateFolder: Sendable {
  struct Failed: Error {}

  let path: String
  /// Locked (flock(2)) for as long as this process lives, which distinguishes a folder in use,
  /// also by another container, from that of a process that was killed.
  private let lock: Int32
  private let isRemoved = Mutex(false)

  private static let prefix = "vaultctl-edit-"

  /// Folders that others left are removed before.
  init() throws(Failed) {
    Self.removeLeftovers()
    guard let base = Self.bases.first(where: { unsafe access($0, W_OK | X_OK) == 0 }) else {
      throw Failed()
    }
    var template = Array("\(base)/\(Self.prefix)XXXXXX".utf8CString)
    // Its mode is 0700 (mkdtemp(3)).
    guard unsafe mkdtemp(&template) != nil else { throw Failed() }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    lock = Self.locked(path) ?? -1
  }

  /// Everything in it is overwritten with zeros and removed. It may be called several times.
  func remove() {
    isRemoved.withLock { isRemoved in
      if isRemoved { return }
      isRemoved = true
      Self.remove(path)
      close(lock)
    }
  }

  /// Removes what processes of this user left that were killed, or that crashed.
  static func removeLeftovers() {
    for base in bases {
      for name in names(in: base) where name.hasPrefix(prefix) {
        let path = base + "/" + name
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
          status.st_uid == geteuid(), let lock = locked(path)
        else { continue }
        remove(path)
        close(lock)
      }
    }
  }

  /// Where such folders may be; the best first.
  private static var bases: [String] {
    let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"].flatMap { path in
      isOwn(path) ? path : nil
    }
    return [runtime, "/dev/shm", "/tmp"].compactMap { $0 }
  }

  /// Whether a folder is this user's, and closed to others.
  private static func isOwn(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      && status.st_uid == geteuid() && status.st_mode & 0o077 == 0
  }

  /// `nil` if another process has it.
  private static func locked(_ path: String) -> Int32? {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    close(descriptor)
    return nil
  }

  private static func names(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// An editor that is still ending may write one more file meanwhile.
  private static func remove(_ folder: String) {
    for _ in 0..<5 {
      for name in names(in: folder) {
        let path = folder + "/" + name
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
          remove(path)
        } else {
          if status.st_mode & S_IFMT == S_IFREG { overwrite(path) }
          unsafe unlink(path)
        }
      }
      if unsafe rmdir(folder) == 0 || errno == ENOENT { return }
    }
  }

  /// Not a file that has another name somewhere else.
  private static func overwrite(_ path: String) {
    let descriptor = unsafe open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_nlink == 1 else { return }
    let zeros = [UInt8](repeating: 0, count: 65_536)
    var rest = Int(status.st_size)
    while rest > 0 {
      let count = unsafe write(descriptor, zeros, min(rest, zeros.count))
      if count <= 0 { break }
      rest -= count
    }
    fsync(descriptor)
  }
}
