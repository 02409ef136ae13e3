import Foundation

/// The one way in which files are read that another person may have put there.
///
/// A pull request can put anything where a manifest is expected: a FIFO, which blocks open(2) until a
/// process writes to it; a link that leads out of the project; a device that never ends; a sparse file
/// that is larger than the memory. So nothing is read before it is known to be an ordinary file of a size
/// within the limit, and never more than that size.
@safe package struct RegularFile: Sendable {
  /// Why a file was not read.
  package enum Fault: Error, Hashable {
    case missing
    case link
    /// A folder, FIFO, socket or device.
    case notRegular
    case tooLarge(bytes: Int, limit: Int)
    /// It became shorter while it was read.
    case changed
    /// The system's `errno`.
    case system(Int32)
  }

  package enum Links: Sendable { case refused, followed }

  /// read(2): a descriptor, and where the bytes go.
  package typealias Read = @Sendable (Int32, UnsafeMutableRawBufferPointer) -> Int

  private let limit: Int
  private let links: Links
  private let read: Read

  /// - Parameters:
  ///   - limit: in bytes.
  ///   - links: whether the last part of a path may be a symbolic link.
  package init(limit: Int, links: Links = .refused) {
    unsafe self.init(limit: limit, links: links) {
      unsafe Foundation.read($0, $1.baseAddress, $1.count)
    }
  }

  /// - Parameter read: read(2), or what counts it.
  package init(limit: Int, links: Links = .refused, read: @escaping Read) {
    self.limit = limit
    self.links = links
    unsafe self.read = unsafe read
  }

  /// 1. It is opened without waiting for the other end of a FIFO (open(2), `O_NONBLOCK`).
  /// 2. What was opened is looked at, not what the path names by then.
  /// 3. As many bytes are read as it had then.
  package func bytes(_ path: String) throws(Fault) -> [UInt8] {
    let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    let descriptor = unsafe open(path, links == .refused ? flags | O_NOFOLLOW : flags)
    guard descriptor >= 0 else { throw Self.fault(errno, path) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .system(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    let size = Int(status.st_size)
    guard size <= limit else { throw .tooLarge(bytes: size, limit: limit) }
    return try whole(descriptor, size)
  }

  private func whole(_ descriptor: Int32, _ size: Int) throws(Fault) -> [UInt8] {
    var fault: Fault?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, fault == nil {
        let rest = unsafe UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[count..<size])
        let got = unsafe read(descriptor, rest)
        if got > 0 {
          count += got
        } else if got == 0 {
          fault = .changed
        } else if errno != EINTR {
          fault = .system(errno)
        }
      }
    }
    if let fault { throw fault }
    return bytes
  }

  /// open(2) reports a link as `ELOOP`, and a socket, or a device without a driver, as `ENXIO`.
  private static func fault(_ number: Int32, _ path: String) -> Fault {
    switch number {
    case ENOENT, ENOTDIR: .missing
    case ELOOP: .link
    case ENXIO, ENODEV: .notRegular
    default: .system(number)
    }
  }
}
