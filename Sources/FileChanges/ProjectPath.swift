import Files
import Foundation

/// The files of one project by their relative names, with errno instead of errors.
package struct ProjectPath: Sendable {
  let root: String

  func of(_ file: String) -> String { root + "/" + file }

  /// The folder of a file; `.` is the root.
  static func folder(of file: String) -> String {
    file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
  }

  /// The folders that a name leads through, the outermost first.
  package static func ancestors(of file: String) -> [String] {
    file.indices.filter { file[$0] == "/" }.map { String(file[..<$0]) }
  }

  /// `nil` if there is nothing.
  func status(of file: String) -> stat? {
    var status = stat()
    return unsafe lstat(of(file), &status) == 0 ? status : nil
  }

  /// So that nothing outside of the project is written.
  func requireNoLink(to file: String) throws(ChangeFault) {
    for path in Self.ancestors(of: file) + [file]
    where status(of: path).map({ $0.st_mode & S_IFMT == S_IFLNK }) ?? false {
      throw .unreadable(path, .link)
    }
  }

  /// fsync(2) of a folder, so that names in it outlast a loss of power.
  func synchronize(folder: String) throws(ChangeFault) {
    do throws(SystemError) {
      try FileSystem.synchronize(folder: of(folder))
    } catch {
      throw .system(folder, error.number)
    }
  }

  func synchronize(foldersOf files: [String]) throws(ChangeFault) {
    for folder in Set(files.map(Self.folder(of:))).sorted() { try synchronize(folder: folder) }
  }

  /// Removes a file that may be gone already.
  func remove(_ file: String) throws(ChangeFault) {
    if unsafe unlink(of(file)) != 0, errno != ENOENT { throw .system(file, errno) }
  }

  /// Writes all bytes of a file, and puts them on the disk.
  static func write(
    _ bytes: [UInt8], to descriptor: Int32, of file: String
  ) throws(ChangeFault) {
    do throws(SystemError) {
      try FileSystem.write(bytes.span, to: descriptor)
    } catch {
      throw .system(file, error.number)
    }
    if fsync(descriptor) != 0 { throw .system(file, errno) }
  }
}
