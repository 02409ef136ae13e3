import Foundation

/// Paths without symbolic links (realpath(3)).
enum RealPath {
  /// The path itself if it does not exist.
  static func of(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}
