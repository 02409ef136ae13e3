import Glibc

/// Requests to the file system that take several calls.
package enum FileSystem {
  package struct Entry {
    package let name: String
    /// `DT_REG` and so on; `DT_UNKNOWN` if the file system does not report it in listings.
    package let type: Int

    package init(name: String, type: Int) {
      self.name = name
      self.type = type
    }
  }

  /// What is in a folder, in no order; without `.` and `..` (readdir(3)).
  package static func entries(of folder: String) throws(SystemError) -> [Entry] {
    guard let stream = unsafe opendir(folder) else { throw SystemError(errno) }
    defer { unsafe closedir(stream) }
    return try entries {
      guard let entry = unsafe readdir(stream) else { return nil }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      return Entry(name: name, type: unsafe Int(entry.pointee.d_type))
    }
  }

  /// A part of a listing is never taken for the whole.
  ///
  /// - Parameter next: as readdir(3): `nil` at the end, and, with `errno` set, if it failed.
  package static func entries(next: () -> Entry?) throws(SystemError) -> [Entry] {
    var entries: [Entry] = []
    while true {
      errno = 0
      guard let entry = next() else {
        if errno != 0 { throw SystemError(errno) }
        return entries
      }
      if entry.name != ".", entry.name != ".." { entries.append(entry) }
    }
  }

  /// Writes all bytes: write(2) may write a part of them, or be interrupted before the first.
  package static func write(
    _ bytes: Span<UInt8>, to descriptor: Int32
  ) throws(SystemError) {
    let size = bytes.count
    try unsafe bytes.withUnsafeBytes { (buffer) throws(SystemError) in
      var written = 0
      while written < size {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        let count = unsafe Glibc.write(descriptor, rest.baseAddress, size - written)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw SystemError(count < 0 ? errno : ENOSPC) }
        written += count
      }
    }
  }

  /// As `synchronize(folder:)`, where that can be.
  package static func synchronizeIfPossible(folder: String) throws(SystemError) {
    do throws(SystemError) {
      try synchronize(folder: folder)
    } catch {
      if !error.isOfNoFlush { throw error }
    }
  }

  /// The folder of an absolute path, or of one in the working folder.
  package static func folder(of path: String) -> String {
    guard let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return end == path.startIndex ? "/" : String(path[..<end])
  }

  /// fsync(2) of a folder, so that names in it outlast a loss of power.
  package static func synchronize(folder: String) throws(SystemError) {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError(errno) }
    defer { close(descriptor) }
    if fsync(descriptor) != 0 { throw SystemError(errno) }
  }
}
