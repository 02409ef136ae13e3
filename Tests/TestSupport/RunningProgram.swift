import Foundation
import Processes

/// A vaultctl that runs while the test does something.
package final class RunningProgram: Sendable {
  private let process: ChildProcess
  private let scratch: TemporaryFolder
  private let typed = Pipe()
  private let isAtTerminal: Bool

  /// - Parameters:
  ///   - wrapper: a program, with its arguments, that starts it.
  ///   - atTerminal: it runs at a terminal of its own (`script` of util-linux), whose screen is its
  ///     standard output, and reads what `type` types; else it reads nothing.
  package init(
    _ sandbox: Sandbox, _ arguments: [String], environment: [String: String] = [:],
    under wrapper: [String] = [], atTerminal: Bool = false
  ) throws {
    scratch = try TemporaryFolder()
    isAtTerminal = atTerminal
    let paths = ["out", "err"].map { [scratch] in scratch.path + "/" + $0 }
    for path in paths { try Data().write(to: URL(fileURLWithPath: path)) }
    let terminal = ["/usr/bin/script", "--quiet", "--flush", "--return", "/dev/null", "--command"]
    process = try sandbox.start(
      arguments, environment: environment, under: atTerminal ? terminal : wrapper,
      asOneWord: atTerminal,
      input: atTerminal ? typed.fileHandleForReading : nil,
      output: FileHandle(forWritingTo: URL(fileURLWithPath: paths[0])),
      errors: FileHandle(forWritingTo: URL(fileURLWithPath: paths[1])))
  }

  deinit {
    guard process.isRunning else { return }
    process.signal(SIGTERM)
    process.wait()
  }

  /// What is on its standard output so far; of a program at a terminal, the screen.
  package var output: String { (try? scratch.read("out")) ?? "" }
  package var errors: String { (try? scratch.read("err")) ?? "" }
  package var isRunning: Bool { process.isRunning }

  package struct Ended: Error, CustomStringConvertible {
    package let description: String
  }

  /// Waits until a text is on its standard output, or its screen.
  ///
  /// - Throws: `Ended` where the program ends without it.
  package func waitForOutput(_ text: String) async throws {
    try await waitFor(text) { $0.output }
  }

  /// Waits until a text is on its standard error.
  ///
  /// - Throws: `Ended` where the program ends without it.
  package func waitForErrors(_ text: String) async throws {
    try await waitFor(text) { $0.errors }
  }

  /// Blocks until a text is on its standard output, or its screen.
  ///
  /// For a test that must act at once: one that suspends may resume only after others have finished.
  ///
  /// - Throws: `Ended` where the program ends without it; `NotInTime` after a minute.
  package func blockUntilOutput(_ text: String) throws {
    let end = ContinuousClock.now + .seconds(180)
    while !output.contains(text) {
      guard isRunning else { throw Ended(description: "ended without `\(text)`: \(output)") }
      guard ContinuousClock.now < end else { throw NotInTime(description: "output of `\(text)`") }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  private func waitFor(_ text: String, in printed: (RunningProgram) -> String) async throws {
    try await eventually("output of `\(text)`", within: .seconds(180)) {
      let wasRunning = isRunning
      if printed(self).contains(text) { return true }
      guard wasRunning else {
        throw Ended(description: "ended without `\(text)`: \(output)\(errors)")
      }
      return false
    }
  }

  /// The process id of the program itself, which a terminal started.
  package var id: Int32? {
    guard isAtTerminal else { return process.id }
    let children = try? String(
      contentsOfFile: "/proc/\(process.id)/task/\(process.id)/children", encoding: .utf8)
    return (children?.split(separator: " ").first).flatMap { Int32($0) }
  }

  package func type(_ line: String) throws {
    try typed.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
  }

  package func end() { process.signal(SIGTERM) }
  package func send(_ signal: Int32) { process.signal(signal) }

  /// Sends a signal, and gives the program time to handle it: it does so on another thread, and nothing
  /// outside shows that it has.
  package func sendAndSettle(_ signal: Int32) async throws {
    send(signal)
    try await Task.sleep(for: .seconds(3))
  }

  package func kill() { process.signal(SIGKILL) }

  /// Waits for its end.
  package func finished() async throws -> Finished {
    let status = try await apart { [process] in process.wait() }
    return Finished(status: status, output: Data(output.utf8), errors: Data(errors.utf8))
  }
}
