import Glibc
package import Stores

/// Responses in a folder, each in a file of its own: mode 0600, on the disk before anything else is done with
/// it.
package struct JournalFolder: ExchangeJournal {
  private static let ending = ".answer"
  /// The suffix of a file that is being written: its process may be killed before the rename.
  private static let unfinished = ".new"

  private let path: String

  /// - Parameter path: absolute; the folder is created when it is needed.
  package init(path: String) { self.path = path }

  package func add(_ bytes: [UInt8], as name: String) throws(StoreError) {
    try makeFolder()
    let name = location(name)
    try write(bytes, to: name + Self.unfinished)
    guard unsafe rename(name + Self.unfinished, name) == 0 else { throw failure("rename") }
    try syncFolder()
  }

  package func remove(_ name: String) {
    for ending in ["", Self.unfinished] { _ = unsafe unlink(location(name) + ending) }
  }

  package func check() throws(StoreError) {
    try makeFolder()
    let path = location("check-" + randomName()) + Self.unfinished
    defer { _ = unsafe unlink(path) }
    try write([0], to: path)
  }

  package func entries() throws(StoreError) -> [ExchangeEntry] {
    try names().map { name in
      ExchangeEntry(
        location: path + "/" + name, bytes: contents(of: path + "/" + name),
        isComplete: !name.hasSuffix(Self.unfinished))
    }
  }

  private func location(_ name: String) -> String { path + "/" + name + Self.ending }

  private func names() throws(StoreError) -> [String] {
    guard let stream = unsafe opendir(path) else {
      if errno == ENOENT { return [] }
      // Tokens that wait there must not be taken for none.
      throw .unavailable("the journal of token responses: \(cause("opendir \(path)"))")
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name.hasSuffix(Self.ending) || name.hasSuffix(Self.ending + Self.unfinished) {
        names.append(name)
      }
    }
    return names.sorted()
  }

  private func contents(of path: String) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0, bytes.count < 4 << 20 else { return nil }
      if count == 0 { return bytes }
      bytes += part[..<count]
    }
  }

  private func makeFolder() throws(StoreError) {
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    for path in [parent, path] where !path.isEmpty {
      if unsafe mkdir(path, 0o700) != 0, errno != EEXIST { throw failure("mkdir \(path)") }
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
    let descriptor = unsafe open(
      path, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0o600)
    guard descriptor >= 0 else { throw failure("open \(path)") }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes[written...].withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write \(path)") }
      written += count
    }
    guard fsync(descriptor) == 0 else { throw failure("fsync \(path)") }
  }

  private func syncFolder() throws(StoreError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open \(path)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("fsync \(path)") }
  }

  private func failure(_ what: String) -> StoreError { .writeFailed(cause(what)) }

  private func cause(_ what: String) -> String {
    "\(what): \(unsafe String(cString: strerror(errno)))"
  }
}
