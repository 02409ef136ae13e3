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

  /// `nil` if there is none.
  package init?(_ command: [String], folder: String, environment: [String: String]) {
    guard let program = command.first else { return nil }
    self.program = program
    self.command = command
    self.folder = folder
    self.environment = environment
  }

  /// - Throws: `unauthorized`; never with what the command printed.
  package func variables() throws(StoreError) -> [String: String] {
    let finished: ChildProcess.Finished
    do throws(ChildProcess.NotStarted) {
      finished = try ChildProcess.run(
        command, environment: environment, folder: folder, keepsErrors: false)
    } catch {
      throw .unauthorized("`credentialsCommand` cannot be started: \(program): \(error.reason)")
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
