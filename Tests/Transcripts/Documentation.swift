import Foundation
import TestSupport

/// The pages that users read.
enum Documentation {
  static var root: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
      .standardizedFileURL
  }

  /// A file of the repository.
  static func file(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// README and the catalogue's pages, by name.
  static func pages() throws -> [String: String] {
    let folder = "Sources/vaultctl/vaultctl.docc"
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.path + "/" + folder)
    var pages = ["README": try file("README.md")]
    for name in names where name.hasSuffix(".md") {
      pages[String(name.dropLast(3))] = try file("\(folder)/\(name)")
    }
    return pages
  }

  /// The commands of each fence of a shell.
  static func blocks(in page: String) -> [String] {
    page.split(separator: "```sh\n", omittingEmptySubsequences: false).dropFirst().map { rest in
      String(rest.prefix(upTo: rest.firstRange(of: "```")?.lowerBound ?? rest.endIndex))
    }
  }
}

extension Sandbox {
  /// Runs commands of a page in a shell, with the program in its PATH.
  func shell(_ script: String, environment: [String: String] = [:]) throws -> Finished {
    let variables = [
      "GNUPGHOME": home.path, "HOME": folder.path, "USER": "tester", "LANG": "C.UTF-8",
      "XDG_STATE_HOME": home.path, "PATH": "\(programFolder):/usr/bin:/bin",
      "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com",
      "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.com",
    ]
    return try run(
      "/bin/bash", ["-euo", "pipefail", "-c", script], in: folder.path,
      environment: variables.merging(environment) { $1 })
  }
}
