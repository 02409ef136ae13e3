import Crypto
import Encodings
import Files
import Foundation

/// What is at a path: enough to recognise it again.
enum FileState: Hashable {
  case missing
  /// The SHA-256 of a regular file's bytes.
  case file(digest: String)
  /// Anything else, or a file that cannot be read.
  case other(inode: UInt64)

  init(bytes: [UInt8]?) {
    self = bytes.map { .file(digest: Self.digest($0)) } ?? .missing
  }

  /// - Parameter limit: of a file's bytes; a larger one is `other`.
  init(at path: String, limit: Int) {
    do throws(RegularFile.Fault) {
      self.init(bytes: try RegularFile(limit: limit).bytes(path))
    } catch {
      var status = stat()
      self =
        unsafe lstat(path, &status) == 0 ? .other(inode: UInt64(status.st_ino)) : .missing
    }
  }

  static func digest(_ bytes: [UInt8]) -> String {
    hexadecimal(SHA256.hash(data: bytes))
  }
}
