import Foundation

/// The user's folder for what a program remembers (XDG Base Directory Specification), outside of every
/// project.
struct StateFolder {
  /// Absolute.
  let path: String

  init(environment: [String: String]) {
    // A relative path is ignored.
    let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let home = environment.nonEmpty("HOME") ?? NSHomeDirectory()
    path = (state ?? home + "/.local/state") + "/vaultctl"
  }

  /// A file that other users could have written.
  struct Unsafe: Error {}

  /// The bytes of a file; `nil` if there is none.
  ///
  /// - Throws: `Unsafe`.
  static func bytes(_ path: String) throws(Unsafe) -> Data? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
      status.st_mode & 0o077 == 0
    else { throw Unsafe() }
    return FileManager.default.contents(atPath: path)
  }

  /// Makes a file's folder, for its owner alone.
  static func makeFolder(of path: String) throws {
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }
}
