package import Diagnostics
import Files
import Foundation

/// A file that only its owner can read, from the moment it exists. It is on the disk, and so is its name, when
/// it was written.
package struct PrivateFile {
  private let file: String

  package init(_ file: String) { self.file = file }

  /// Replaces the file atomically: a reader sees the old bytes or the new ones. What is not an
  /// ordinary file, such as a link or a device, is neither followed nor replaced.
  ///
  /// - Parameter mode: of the new file.
  package func replace(with bytes: [UInt8], mode: UInt32 = 0o600) throws(Diagnostic) {
    var status = stat()
    if unsafe lstat(file, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw .notAnOrdinaryFile(file, isLink: status.st_mode & S_IFMT == S_IFLNK)
    }
    let temporary = "\(file).vaultctl-\(UInt32.random(in: 0...UInt32.max))"
    let descriptor = unsafe open(
      temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(file, POSIXError(SystemError(errno))) }
    do throws(SystemError) {
      defer { close(descriptor) }
      try FileSystem.write(bytes.span, to: descriptor)
      // Whatever the process' umask is.
      if fchmod(descriptor, mode) != 0 { throw SystemError(errno) }
      if fsync(descriptor) != 0 { throw SystemError(errno) }
      if unsafe rename(temporary, file) != 0 { throw SystemError(errno) }
      try synchronizeFolder()
    } catch {
      unsafe unlink(temporary)
      throw .unwritable(file, POSIXError(error))
    }
  }

  /// Creates the file; whatever has its name stays.
  package func create(with bytes: [UInt8]) throws(Diagnostic) {
    let descriptor = unsafe open(
      file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(file, POSIXError(SystemError(errno))) }
    do throws(SystemError) {
      defer { close(descriptor) }
      try FileSystem.write(bytes.span, to: descriptor)
      if fsync(descriptor) != 0 { throw SystemError(errno) }
      try synchronizeFolder()
    } catch {
      unsafe unlink(file)
      throw .unwritable(file, POSIXError(error))
    }
  }

  private func synchronizeFolder() throws(SystemError) {
    try FileSystem.synchronizeIfPossible(folder: FileSystem.folder(of: file))
  }
}

extension Diagnostic {
  fileprivate static func notAnOrdinaryFile(_ file: String, isLink: Bool) -> Diagnostic {
    Diagnostic(
      .unreadableFile, "cannot write `\(file)`", at: .file(file),
      notes: [isLink ? "it is a symbolic link" : "it is not an ordinary file"],
      help: ["name an ordinary file, or one that does not exist yet"])
  }
}
