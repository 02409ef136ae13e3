import Diagnostics
import Encodings
import Files
import Foundation
import Secrets
import Synchronization

/// A folder that only this user can enter, and that goes with everything in it: editors leave backups and
/// swap files beside the file that they were given, and commands get credentials in files.
///
/// It is in memory where the machine has a file system for that: `XDG_RUNTIME_DIR`
/// (basedir-spec, "User directories") or `/dev/shm`.
final class PrivateFolder: Sendable {
  let path: String
  /// Locked (flock(2)) for as long as this process lives, which distinguishes a folder in use,
  /// also by another container, from that of a process that was killed.
  private let lock: Int32
  private let isRemoved = Mutex(false)

  enum Purpose: String, CaseIterable {
    case edit, exec
    /// For what is encrypted.
    case sops

    /// Whether it may be on a disk if the machine has no such file system.
    fileprivate var mayBeOnDisk: Bool {
      switch self {
      case .edit, .sops: true
      case .exec: false
      }
    }
  }

  private static let prefix = "vaultctl-"
  /// Folders that others left are removed before.
  init(for purpose: Purpose) throws(Diagnostic) {
    Self.removeLeftovers()
    let bases = Self.basesInMemory + (purpose.mayBeOnDisk ? [Self.diskBase] : [])
    guard let base = bases.first(where: { unsafe access($0, W_OK | X_OK) == 0 }) else {
      throw .noPrivateFile(ENOENT)
    }
    (path, lock) = try Self.made(in: base, purpose)
  }

  /// Until it is locked, another process takes a new folder for one that was left, and removes it.
  private static func made(
    in base: String, _ purpose: Purpose
  ) throws(Diagnostic) -> (path: String, lock: Int32) {
    for _ in 0..<100 {
      let path = "\(base)/\(prefix)\(purpose.rawValue)-\(RandomName.next())"
      guard unsafe mkdir(path, 0o700) == 0 else { throw .noPrivateFile(errno) }
      guard let lock = locked(path) else { continue }
      var (found, own) = (stat(), stat())
      if unsafe lstat(path, &found) == 0, unsafe fstat(lock, &own) == 0, found.st_ino == own.st_ino
      {
        return (path, lock)
      }
      close(lock)
    }
    throw .noPrivateFile(EBUSY)
  }

  /// Writes a new file in it.
  ///
  /// - Returns: its path.
  func write(
    _ value: SecretBytes, to name: String, mode: mode_t
  ) throws(Diagnostic) -> String {
    let path = "\(path)/\(name)"
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .noPrivateFile(errno) }
    defer { close(descriptor) }
    do throws(SystemError) {
      try value.withBytes { (bytes) throws(SystemError) in
        try FileSystem.write(bytes, to: descriptor)
      }
    } catch {
      Self.discard(path)
      throw .noPrivateFile(error.number)
    }
    return path
  }

  /// Replaces a file in it, or writes a new one: a reader gets the old value or the new one, never a part.
  ///
  /// The old value is overwritten by the next call, when nobody reads it any more.
  ///
  /// - Returns: its path.
  @discardableResult
  func replace(
    _ value: SecretBytes, in name: String, mode: mode_t
  ) throws(Diagnostic) -> String {
    // Names that no variable has.
    let new = try write(value, to: ".new-\(name)", mode: mode)
    let former = "\(self.path)/.former-\(name)"
    let path = "\(self.path)/\(name)"
    Self.discard(former)
    // At first there is none.
    unsafe link(path, former)
    guard unsafe rename(new, path) == 0 else {
      let number = errno
      Self.discard(new)
      throw .noPrivateFile(number)
    }
    return path
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
    let purposes = Purpose.allCases.map { "\(prefix)\($0.rawValue)-" }
    for base in basesInMemory + [diskBase] {
      for name in names(in: base)
      where purposes.contains(where: {
        isHexadecimal(name, after: $0, digits: RandomName.digitCount)
      }) {
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

  private static let diskBase = "/tmp"

  /// File systems in memory; the best first.
  private static var basesInMemory: [String] {
    let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"].flatMap { path in
      isOwn(path) ? path : nil
    }
    return [runtime, "/dev/shm"].compactMap { $0 }
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
    ((try? FileSystem.entries(of: folder)) ?? []).map(\.name)
  }

  /// An editor that is still ending may write one more file meanwhile.
  private static func remove(_ folder: String) {
    for _ in 0..<5 {
      for name in names(in: folder) {
        let path = folder + "/" + name
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR { remove(path) } else { discard(path) }
      }
      if unsafe rmdir(folder) == 0 || errno == ENOENT { return }
    }
  }

  /// Removes a file, which is overwritten with zeros before.
  private static func discard(_ path: String) {
    overwrite(path)
    unsafe unlink(path)
  }

  /// Not a file that has another name somewhere else.
  private static func overwrite(_ path: String) {
    var named = stat()
    guard unsafe lstat(path, &named) == 0, named.st_mode & S_IFMT == S_IFREG, named.st_nlink == 1
    else { return }
    // A command's files are read-only, for their owner too.
    unsafe fchmodat(AT_FDCWD, path, 0o600, AT_SYMLINK_NOFOLLOW)
    let descriptor = unsafe open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_nlink == 1 else { return }
    let zeros = [UInt8](repeating: 0, count: 65_536)
    var rest = Int(status.st_size)
    while rest > 0 {
      let count = unsafe Glibc.write(descriptor, zeros, min(rest, zeros.count))
      if count <= 0 { break }
      rest -= count
    }
    fsync(descriptor)
  }
}

extension Diagnostic {
  fileprivate static func noPrivateFile(_ number: Int32) -> Diagnostic {
    Diagnostic(
      .unreadableFile, "there is no private place for a value in a file",
      notes: [
        SystemError(number).description,
        "such files are in memory: in XDG_RUNTIME_DIR, or in /dev/shm",
      ])
  }
}
