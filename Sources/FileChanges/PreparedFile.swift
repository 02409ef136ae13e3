import Foundation

/// A new file under its temporary name, on the disk, with the mode and owner that it is to have.
struct PreparedFile {
  private static let newMode: mode_t = 0o666

  /// - Parameter bytes: the whole file.
  static func write(
    _ bytes: [UInt8], for entry: ChangeRecord.Entry, in path: ProjectPath
  ) throws(ChangeFault) {
    let previous = entry.before == nil ? nil : path.status(of: entry.file)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let descriptor = unsafe open(
      path.of(entry.temporary), flags, previous == nil ? newMode : 0o600)
    guard descriptor >= 0 else { throw .system(entry.file, errno) }
    defer { close(descriptor) }
    if let previous { try keep(previous, of: entry, on: descriptor) }
    try ProjectPath.write(bytes, to: descriptor, of: entry.file)
  }

  /// chown(2) may clear bits of the mode, so it comes first.
  private static func keep(
    _ previous: stat, of entry: ChangeRecord.Entry, on descriptor: Int32
  ) throws(ChangeFault) {
    var own = stat()
    guard unsafe fstat(descriptor, &own) == 0 else { throw .system(entry.file, errno) }
    if own.st_uid != previous.st_uid || own.st_gid != previous.st_gid,
      fchown(descriptor, previous.st_uid, previous.st_gid) != 0
    {
      throw errno == EPERM ? .ownerNotKept(entry.file) : .system(entry.file, errno)
    }
    if fchmod(descriptor, previous.st_mode & 0o7777) != 0 { throw .system(entry.file, errno) }
  }
}
