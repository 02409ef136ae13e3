import Foundation
import Processes

/// django-oauth-toolkit on a free port of this machine, as `Tests/Support/django_oauth.py` sets it up.
package final class DjangoOAuth: Sendable {
  package let address: String
  private let scratch: TemporaryFolder
  private let process: ServerProcess

  private struct Line: Decodable { let address: String }

  /// - Parameters:
  ///   - grace: seconds in which a used refresh token goes on.
  ///   - lifetime: of access tokens, in seconds.
  package init(grace: Int = 0, lifetime: Int = 3600) async throws {
    let scratch = try TemporaryFolder()
    self.scratch = scratch
    let python = ProcessInfo.processInfo.environment["VAULTCTL_OAUTH_PYTHON"]
    guard let python else {
      throw Sandbox.Missing(what: "VAULTCTL_OAUTH_PYTHON: the python of Tests/run's environment")
    }
    process = try await apart {
      try ServerProcess(
        python,
        [ServerProcess.support("django_oauth.py"), scratch.path, "\(grace)", "\(lifetime)"])
    }
    address = try JSONDecoder().decode(Line.self, from: Data(process.line.utf8)).address
  }

  /// Where its database is.
  package var folder: String { scratch.path }

  /// The grants that its token endpoint was asked for, in order.
  package func asked() async throws -> [String] {
    struct Count: Decodable { let asked: [String] }
    let url = address + "/count"
    let finished = try await apart { try run("/usr/bin/curl", ["-s", url]) }
    return try JSONDecoder().decode(Count.self, from: finished.output).asked
  }

  /// What a person's browser does with an authorization URL: it signs in and follows.
  ///
  /// - Returns: where it ended; a page of this machine that was asked for is opened too.
  @discardableResult
  package func consent(to url: String) async throws -> Finished {
    let jar = scratch.path + "/cookies-\(UInt32.random(in: 0...UInt32.max))"
    return try await apart {
      try run("/usr/bin/curl", ["-s", "-L", "-c", jar, "-b", jar, "-w", "\n%{url_effective}", url])
    }
  }

  /// What a person does with a device's code.
  package func approve(_ userCode: String, denies: Bool = false) async throws {
    let url = "\(address)/approve?user_code=\(userCode)" + (denies ? "&deny=1" : "")
    let finished = try await apart { try run("/usr/bin/curl", ["-s", "-f", url]) }
    guard finished.status == 0 else { throw Sandbox.Missing(what: "device \(userCode)") }
  }
}

/// A server that a test starts: it prints one line when it is ready, and ends when its input does.
package final class ServerProcess: Sendable {
  private let process: ChildProcess
  private let input: FileHandle
  package let line: String

  package struct NotStarted: Error { package let errors: String }

  package init(_ program: String, _ arguments: [String]) throws {
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    process = try ChildProcess(
      [program] + arguments, input: .descriptor(input.fileHandleForReading.fileDescriptor),
      output: .descriptor(output.fileHandleForWriting.fileDescriptor),
      errors: .descriptor(errors.fileHandleForWriting.fileDescriptor))
    self.input = input.fileHandleForWriting
    // Their ends are seen only where nobody but the server can write.
    try output.fileHandleForWriting.close()
    try errors.fileHandleForWriting.close()
    var bytes = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), byte.first != 0x0A {
      if byte.isEmpty { break }
      bytes += byte
    }
    guard !bytes.isEmpty else {
      let printed = errors.fileHandleForReading.readDataToEndOfFile()
      throw NotStarted(errors: String(decoding: printed, as: UTF8.self))
    }
    line = String(decoding: bytes, as: UTF8.self)
  }

  deinit {
    try? input.close()
    process.wait()
  }

  /// A file of `Tests/Support`.
  package static func support(_ name: String, from file: String = #filePath) -> String {
    URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Support/\(name)").path
  }
}
