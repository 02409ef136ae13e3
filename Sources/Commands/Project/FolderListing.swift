import Files
import Foundation

/// What is in a folder that need not be there.
enum FolderListing {
  /// The names, in no order; `nil` if there is no such folder.
  ///
  /// - Throws: the system's own error.
  static func names(in folder: String) throws -> [String]? {
    do throws(SystemError) {
      return try FileSystem.entries(of: folder).map(\.name)
    } catch {
      if error.number == ENOENT { return nil }
      throw POSIXError(error)
    }
  }
}
