import Foundation

/// The files of this repository.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  struct File {
    /// Relative to the root.
    let path: String
    let text: String
  }

  struct SymbolicLink: Error { let path: String }

  static func file(_ path: String) throws -> File {
    File(path: path, text: try String(contentsOf: root.appending(path: path), encoding: .utf8))
  }

  /// The Swift files of a target, by path.
  static func sources(of target: String) throws -> [File] {
    let folder = "Sources/\(target)"
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.path + "/" + folder)
    for name in names {
      let path = root.path + "/" + folder + "/" + name
      // The compiler would follow it to where no test looks.
      let type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      if type == .typeSymbolicLink { throw SymbolicLink(path: "\(folder)/\(name)") }
    }
    return try names.filter { $0.hasSuffix(".swift") }.sorted().map { try file("\(folder)/\($0)") }
  }
}
