import Foundation

/// What is in a folder.
enum FolderListing {
  /// The names, in no order; `nil` if there is no such folder.
  ///
  /// - Throws: the system's own error.
  static func names(in folder: String) throws -> [String]? {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch CocoaError.fileReadNoSuchFile {
      return nil
    } catch let error as CocoaError {
      throw unsafe (error.userInfo[NSUnderlyingErrorKey] as? any Error) ?? error
    }
  }
}
