import Foundation
import Processes
import Synchronization
import Testing

/// A run of vaultctl that a test may kill at any moment, from the handler of a server for example.
package final class KillableProgram: Sendable {
  private let process = Mutex<ChildProcess?>(nil)

  package init() {}

  /// Does nothing after the end. Before the beginning it waits for that.
  package func kill() { process.withLock { $0?.signal(SIGKILL) } }

  /// Runs it to its end.
  ///
  /// - Returns: whether it was killed; else it has ended well.
  package func isKilled(
    _ sandbox: Sandbox, _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> Bool {
    let scratch = try TemporaryFolder()
    try scratch.write("", to: "errors")
    let errors = try FileHandle(
      forWritingTo: URL(fileURLWithPath: scratch.path + "/errors"))
    let started = try process.withLock { process in
      let started = try sandbox.start(arguments, environment: environment, errors: errors)
      process = started
      return started
    }
    let status = try await apart { started.wait() }
    if status == 128 + SIGKILL { return true }
    let reported = try scratch.read("errors")
    #expect(status == 0, "\(reported)")
    return false
  }
}
