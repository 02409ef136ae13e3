import Foundation
import Processes
import TestSupport

/// A forward proxy that requires a user name and a password: tinyproxy, on a free port of this machine.
package final class ProxyServer: Sendable {
  private let process: ChildProcess
  private let folder: TemporaryFolder
  package let port: Int

  package struct NotStarted: Error { package let log: String }

  package init(user: String, password: String) async throws {
    folder = try TemporaryFolder()
    port = try await freePort()
    try folder.write(
      """
      Port \(port)
      Listen 127.0.0.1
      Timeout 60
      MaxClients 100
      LogFile "\(folder.path)/log"
      LogLevel Connect
      BasicAuth \(user) \(password)

      """, to: "tinyproxy.conf")
    process = try ChildProcess(
      ["/usr/bin/tinyproxy", "-d", "-c", folder.path + "/tinyproxy.conf"], input: .null,
      output: .null, errors: .null)
    try await eventually("a proxy") {
      guard process.isRunning else { throw NotStarted(log: log) }
      guard let client = try? TCPClient(port: port) else { return false }
      client.close()
      return true
    }
  }

  /// What it did so far; it names the hosts that it connected to.
  package var log: String { (try? folder.read("log")) ?? "" }

  package func end() {
    process.signal(SIGKILL)
    process.wait()
  }

  deinit { end() }
}
