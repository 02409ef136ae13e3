import Foundation
import Processes
package import Stores

/// The project's `credentialsCommand`, which prints a login as lines `NAME=value`.
package struct CredentialsCommand: Sendable {
  private let program: String
  private let command: [String]
  private let folder: String
  /// All of ours: it may need any login to obtain this one.
  private let environment: [String: String]
  private let limit: Duration

  /// `nil` if there is none.
  ///
  /// - Parameter limit: when it is ended; passes of a renewal service and signals wait for it meanwhile. `nil` is a
  ///   minute, or five where a person may have to answer it.
  package init?(
    _ command: [String], folder: String, environment: [String: String], limit: Duration? = nil
  ) {
    guard let program = command.first else { return nil }
    self.program = program
    self.command = command
    self.folder = folder
    self.environment = environment
    self.limit = limit ?? .seconds(isatty(STDIN_FILENO) == 1 ? 300 : 60)
  }

  /// - Throws: `unauthorized`, or `unavailable` if it takes too long; never with what the command printed.
  package func variables() throws(StoreError) -> [String: String] {
    let finished: ChildProcess.Finished
    do throws(ChildProcess.NotStarted) {
      finished = try ChildProcess.run(
        command, environment: environment, folder: folder, keepsErrors: false, limit: limit)
    } catch {
      throw .unauthorized("`credentialsCommand` cannot be started: \(program): \(error.reason)")
    }
    if finished.isLate {
      throw .unavailable(
        "`credentialsCommand` did not end within \(limit.components.seconds) s: \(program)")
    }
    guard finished.status == 0 else {
      throw .unauthorized("`credentialsCommand` exited with code \(finished.status)")
    }
    return Self.variables(in: String(decoding: finished.output, as: UTF8.self))
  }

  /// Lines without `=` are skipped; of two with the same name, the last wins.
  private static func variables(in output: String) -> [String: String] {
    var variables: [String: String] = [:]
    for line in output.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if parts.count == 2 { variables[parts[0]] = parts[1] }
    }
    return variables
  }
}
