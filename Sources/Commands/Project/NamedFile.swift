import Diagnostics
import Files
import Foundation

/// A file that the user named on the command line: a link and a pipe (`<(…)`, `/dev/stdin`) are read as
/// well, but never more than a limit.
struct NamedFile {
  private let name: String
  private let limit: Int

  /// - Parameter limit: in bytes.
  init(_ name: String, limit: Int) {
    self.name = name
    self.limit = limit
  }

  /// Whether there is a file of that name which is no FIFO, so that a name that may be a connection's
  /// as well never waits for one.
  static func isPlan(_ name: String) -> Bool {
    var status = stat()
    return unsafe stat(name, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  func bytes() throws(Diagnostic) -> [UInt8] {
    do throws(RegularFile.Fault) {
      return try RegularFile(limit: limit, links: .followed).bytes(name)
    } catch {
      guard error == .notRegular else { throw Diagnostic(error, name) }
    }
    return try stream()
  }

  /// Until its end, or one byte more than the limit.
  private func stream() throws(Diagnostic) -> [UInt8] {
    let descriptor = unsafe open(name, O_RDONLY | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Diagnostic(.system(errno), name) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= limit {
      let got = unsafe read(descriptor, &buffer, buffer.count)
      if got < 0, errno == EINTR { continue }
      if got < 0 { throw Diagnostic(.system(errno), name) }
      if got == 0 { return bytes }
      bytes += buffer[..<got]
    }
    throw .tooLarge(name, bytes: bytes.count, limit: limit)
  }
}
