import Foundation

/// OpenBao itself, as server and as client.
enum BaoProgram {
  struct Missing: Error, CustomStringConvertible {
    var description: String { "VAULTCTL_BAO must be the path of OpenBao's bao; Tests/run sets it" }
  }

  static func path() throws -> String {
    guard let path = ProcessInfo.processInfo.environment["VAULTCTL_BAO"],
      FileManager.default.isExecutableFile(atPath: path)
    else { throw Missing() }
    return path
  }
}
