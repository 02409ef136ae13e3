import Foundation
import TestSupport

/// What help says about the commands.
struct CommandHelp {
  let sandbox: Sandbox

  /// The words that call each command that can be run.
  func paths() throws -> [[String]] { try paths(below: []) }

  private func paths(below path: [String]) throws -> [[String]] {
    let names = try section("SUBCOMMANDS", of: path)
      .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .map { String($0.dropFirst(2).prefix { $0 != " " && $0 != "," }) }
    return names.isEmpty ? [path] : try names.flatMap { try paths(below: path + [$0]) }
  }

  /// The lines of a part of a command's help; none if it has no such part.
  func section(_ title: String, of path: [String]) throws -> [Substring] {
    let help = try text(of: path)
    guard let start = help.firstRange(of: "\n\(title):\n") else { return [] }
    return Array(
      help[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
        .prefix { !$0.isEmpty })
  }

  func text(of path: [String]) throws -> String {
    try sandbox.vaultctl(path + ["--help"], isRecorded: false).text
  }
}
