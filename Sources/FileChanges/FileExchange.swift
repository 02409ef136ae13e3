import CRename
import Foundation

/// Moves between a file and its temporary, and nothing of another program is lost by them.
struct FileExchange {
  let path: ProjectPath
  let entry: ChangeRecord.Entry
  /// Of a file's bytes.
  let limit: Int

  private static let noReplace: UInt32 = 1
  private static let exchange: UInt32 = 2
  /// How often another program may save while its version is put back.
  private static let patience = 100
  /// `F_SETLEASE` of fcntl(2), which glibc declares only with _GNU_SOURCE.
  private static let setLease: Int32 = 1024
  /// Microseconds between looks for a writer, and their number: two seconds.
  private static let pause: UInt32 = 5_000
  private static let writerTries = 400

  var target: FileState { state(of: entry.file) }
  var temporary: FileState { state(of: entry.temporary) }

  private func state(of file: String) -> FileState {
    FileState(at: path.of(file), limit: limit)
  }

  /// Puts the new file in the place of the previous one, which becomes the temporary.
  ///
  /// - Returns: false if it was another program's by then, which is put back.
  func exchangeIfPlanned() throws(ChangeFault) -> Bool {
    try exchange()
    if hasNoWriter(), temporary == entry.stateBefore { return true }
    try putBack(over: entry.stateAfter)
    return false
  }

  /// Waits until no program has the previous file open for writing: one that does not save by rename
  /// has emptied it, and is writing it now.
  ///
  /// A lease to read (fcntl(2), `F_SETLEASE`) is refused for as long; and returned at once.
  ///
  /// - Returns: false if one has it open for too long; true if the file system cannot tell.
  private func hasNoWriter() -> Bool {
    let descriptor = unsafe open(
      path.of(entry.temporary), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    for _ in 0..<Self.writerTries {
      if fcntl(descriptor, Self.setLease, F_RDLCK) == 0 {
        _ = fcntl(descriptor, Self.setLease, F_UNLCK)
        return true
      }
      guard errno == EAGAIN else { return true }
      usleep(Self.pause)
    }
    return false
  }

  /// Exchanges the temporary for the present file, until nothing newer comes out.
  ///
  /// - Parameter placed: what should come out.
  func putBack(over placed: FileState) throws(ChangeFault) {
    var (placed, held) = (placed, temporary)
    for _ in 0..<Self.patience {
      try exchange()
      let out = temporary
      if out == placed { return }
      (placed, held) = (held, out)
    }
    throw .unsettled(entry.file)
  }

  /// Gives a new file its name.
  ///
  /// - Returns: false if there is a file of that name.
  func createIfMissing() throws(ChangeFault) -> Bool {
    try move(entry.temporary, to: entry.file)
  }

  /// Takes a new file back, unless another program changed it.
  func withdraw() throws(ChangeFault) {
    guard try move(entry.file, to: entry.temporary) else { return }
    if temporary != entry.stateAfter { _ = try move(entry.temporary, to: entry.file) }
  }

  /// rename(2) that replaces nothing.
  private func move(_ file: String, to other: String) throws(ChangeFault) -> Bool {
    let (from, to) = (path.of(file), path.of(other))
    if unsafe renameat2(AT_FDCWD, from, AT_FDCWD, to, Self.noReplace) == 0 { return true }
    switch errno {
    case EEXIST, ENOENT: return false
    case EINVAL, ENOSYS: break
    default: throw .system(entry.file, errno)
    }
    // A file system without it (NFS): link(2) does not replace anything either.
    if unsafe link(from, to) != 0 {
      if errno == EEXIST { return false }
      throw .system(entry.file, errno)
    }
    try path.remove(file)
    return true
  }

  private func exchange() throws(ChangeFault) {
    let (temporary, file) = (path.of(entry.temporary), path.of(entry.file))
    if unsafe renameat2(AT_FDCWD, temporary, AT_FDCWD, file, Self.exchange) == 0 { return }
    guard errno == EINVAL || errno == ENOSYS else { throw .system(entry.file, errno) }
    let previous = path.of(entry.previous)
    if unsafe link(file, previous) != 0 { throw .system(entry.file, errno) }
    if unsafe rename(temporary, file) != 0 { throw .system(entry.file, errno) }
    if unsafe rename(previous, temporary) != 0 { throw .system(entry.file, errno) }
  }

  /// After a kill within `exchange` without renameat2(2).
  func settle() throws(ChangeFault) {
    guard path.status(of: entry.previous) != nil else { return }
    if temporary == .missing {
      if unsafe rename(path.of(entry.previous), path.of(entry.temporary)) != 0 {
        throw .system(entry.file, errno)
      }
    } else {
      try path.remove(entry.previous)
    }
  }
}
