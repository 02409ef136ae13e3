import Foundation
import Processes
import TestSupport

/// OpenSSL's own server (openssl-s_server(1)) on a free port of this machine; its answer to every
/// request is a page about the connection.
package final class TLSServer: Sendable {
  private let process: ChildProcess
  private let folder: TemporaryFolder
  package let port: Int

  package struct NotStarted: Error { package let log: String }

  /// - Parameter options: of the program, for its protocols and ciphers.
  package init(certificate: String, key: String, options: [String] = []) async throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "log")
    let log = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/log"))
    let process = try ChildProcess(
      ["/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:0", "-www"]
        + ["-cert", certificate, "-key", key] + options,
      input: .null, output: .descriptor(log.fileDescriptor), errors: .descriptor(log.fileDescriptor)
    )
    var found: Int?
    try await eventually("a TLS server") {
      let text = try folder.read("log")
      guard process.isRunning else { throw NotStarted(log: text) }
      let line = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }
      found = line.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
      return found != nil
    }
    (self.process, self.folder, port) = (process, folder, found ?? 0)
  }

  package convenience init(_ authority: TestAuthority, options: [String] = []) async throws {
    try await self.init(
      certificate: authority.certificatePath, key: authority.keyPath, options: options)
  }

  package func end() {
    process.signal(SIGKILL)
    process.wait()
  }

  deinit { end() }
}
