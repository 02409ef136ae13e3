import Foundation
import Processes

/// A vaultctl at a terminal of its own (`script` of util-linux), below a shell that survives the signals
/// of the keyboard and keeps the terminal open afterwards.
package final class TerminalSession: Sendable {
  private let script: ChildProcess
  private let scratch: TemporaryFolder
  private let typed = Pipe()

  /// - Parameter columns: of the terminal; `nil` for one that does not know its size.
  package init(
    _ sandbox: Sandbox, _ arguments: [String], environment: [String: String] = [:],
    columns: Int? = nil
  ) throws {
    scratch = try TemporaryFolder()
    try Data().write(to: URL(fileURLWithPath: scratch.path + "/screen"))
    try scratch.write(
      """
      trap : INT QUIT TERM TSTP
      \(columns.map { "stty cols \($0) rows 50" } ?? ":")
      sh -c 'echo $$ > "$0/id"; exec "$@"' \(scratch.path) "$@"
      echo $? > \(scratch.path)/status
      printf '\(Self.endMark)'
      read end
      """, to: "run")
    let terminal = ["/usr/bin/script", "--quiet", "--flush", "--return", "/dev/null", "--command"]
    script = try sandbox.start(
      arguments, environment: environment,
      under: terminal, inShell: "exec sh \(scratch.path)/run", input: typed.fileHandleForReading,
      output: FileHandle(forWritingTo: URL(fileURLWithPath: scratch.path + "/screen")))
  }

  deinit {
    guard script.isRunning else { return }
    script.signal(SIGKILL)
    script.wait()
  }

  package var screen: String { recorded.replacing(Self.endMark, with: "") }

  private var recorded: String { (try? scratch.read("screen")) ?? "" }

  /// Follows the last of vaultctl's output, which `script` may still have to write when that has ended.
  private static let endMark = "[the end of vaultctl]"

  /// The process id of vaultctl; `nil` before it was started.
  package var id: Int32? {
    (try? scratch.read("id")).flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// As the shell reports it; `nil` before the end.
  package var status: Int32? {
    (try? scratch.read("status")).flatMap {
      Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  /// The terminal's name.
  package func terminal() throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id ?? 0)/fd/0")
  }

  package func waitForScreen(_ text: String) async throws {
    try await eventually("`\(text)` on the screen: \(screen)") { screen.contains(text) }
  }

  package func waitForEnd() async throws {
    try await eventually("the end of vaultctl: \(screen)") {
      status != nil && recorded.hasSuffix(Self.endMark)
    }
  }

  /// Bytes as the keyboard sends them.
  package func type(_ text: String) throws {
    try typed.fileHandleForWriting.write(contentsOf: Data(text.utf8))
  }

  /// Signals vaultctl, unless it has ended.
  package func signal(_ number: Int32) { if status == nil, let id { kill(id, number) } }

  /// As if its window were closed: the kernel sends SIGHUP to what runs in it.
  package func close() {
    script.signal(SIGKILL)
    script.wait()
  }

  /// Whether a terminal shows what is typed.
  package static func echoes(_ terminal: String) -> Bool? {
    let descriptor = unsafe open(terminal, O_RDONLY | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { _ = Foundation.close(descriptor) }
    var settings = termios()
    guard unsafe tcgetattr(descriptor, &settings) == 0 else { return nil }
    return settings.c_lflag & tcflag_t(ECHO) != 0
  }
}
