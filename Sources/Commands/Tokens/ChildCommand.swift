import Diagnostics
import Foundation
import Glibc
import Processes
import Secrets

/// A command with credentials in its environment, or in files that it alone gets.
///
/// They never appear on a command line, and the environment is built by hand, wiped once the command runs,
/// and never a `String`.
struct ChildCommand {
  /// The program cannot be run.
  struct NotStarted: Error {
    let diagnostic: Diagnostic
    /// No program has its name.
    let isMissing: Bool

    /// As shells and env(1) have it.
    var exitCode: Int32 { isMissing ? 127 : 126 }
  }

  /// The program and its arguments, as bytes.
  private let command: [[UInt8]]
  private let signals: SignalForwarder

  init(_ command: [[UInt8]], signals: SignalForwarder) {
    self.command = command
    self.signals = signals
  }

  /// Starts it; signals go to it from then on.
  ///
  /// - Throws: also if a value has a NUL, with which a variable would end.
  /// - Returns: its process id.
  func start(_ variables: Variables) throws -> pid_t {
    let cut = variables.filter { $0.value.holdsNUL }
    if !cut.isEmpty { throw Failure(cut.map { .holdsNUL($0.name) }) }
    let process = try spawn(variables)
    signals.forward(to: process)
    return process
  }

  /// Waits until it has ended; from then on signals go to nobody.
  ///
  /// - Returns: its exit code; 128 plus the signal's number if a signal ended it, as in shells.
  func exitCode(of process: pid_t) async -> Int32 {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [signals] in
        // A process that has ended keeps its id until it is reaped.
        ChildProcess.waitForEnd(of: process)
        signals.childEnded()
        continuation.resume(returning: ChildProcess.reaped(process))
      }
    }
  }

  private func spawn(_ entries: Variables) throws -> pid_t {
    let names = entries.map { Array("\($0.name)=".utf8) }
    let inherited = InheritedEnvironment.entries.filter { entry in
      !names.contains { entry.starts(with: $0) }
    }
    var environment = unsafe inherited.map { unsafe Self.duplicate($0) }
    let lengths = entries.map { $0.name.utf8.count + 1 + $0.value.count + 1 }
    let secrets = unsafe zip(entries, lengths).map { entry, length in
      unsafe Self.variable(entry.name, entry.value, length)
    }
    unsafe environment += secrets
    unsafe environment.append(nil)
    var arguments = unsafe command.map { unsafe Self.duplicate($0) }
    unsafe arguments.append(nil)
    defer {
      for index in unsafe secrets.indices {
        if let secret = unsafe secrets[index] { unsafe explicit_bzero(secret, lengths[index]) }
      }
      for index in unsafe environment.indices { unsafe free(environment[index]) }
      for index in unsafe arguments.indices { unsafe free(arguments[index]) }
    }
    var process = pid_t()
    let failure = CoreDumps.allowingChildren {
      unsafe ChildProcess.withUnblockedSignals(keepsIgnored: true) { attributes in
        guard let program = unsafe arguments[0] else { return ENOMEM }
        return unsafe posix_spawnp(&process, program, nil, attributes, arguments, environment)
      }
    }
    guard failure == 0 else {
      throw NotStarted(diagnostic: .cannotRun(command, failure), isMissing: failure == ENOENT)
    }
    return process
  }

  /// A C string, which the caller frees.
  private static func duplicate(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar>? {
    unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return unsafe strdup("") }
      return unsafe strndup(base.assumingMemoryBound(to: CChar.self), buffer.count)
    }
  }

  private static func variable(
    _ name: String, _ value: SecretBytes, _ length: Int
  ) -> UnsafeMutablePointer<CChar>? {
    guard let memory = unsafe calloc(1, length) else { return nil }
    let bytes = unsafe memory.bindMemory(to: UInt8.self, capacity: length)
    var index = 0
    for byte in name.utf8 {
      unsafe bytes[index] = byte
      index += 1
    }
    unsafe bytes[index] = UInt8(ascii: "=")
    index += 1
    value.withBytes { span in
      for position in span.indices { unsafe bytes[index + position] = span[position] }
    }
    return unsafe memory.bindMemory(to: CChar.self, capacity: length)
  }
}

extension SecretBytes {
  fileprivate var holdsNUL: Bool {
    withBytes { span in span.indices.contains { span[$0] == 0 } }
  }
}

extension Diagnostic {
  fileprivate static func holdsNUL(_ variable: String) -> Diagnostic {
    Diagnostic(
      .commandNotRun, "the value for `\(variable)` has a NUL byte",
      notes: ["a variable ends at the first one, so the command would get a part of the value"],
      help: ["pass values in files: vaultctl exec --files NAME -- COMMAND"])
  }

  fileprivate static func cannotRun(_ command: [[UInt8]], _ number: Int32) -> Diagnostic {
    Diagnostic(
      .commandNotRun,
      "`\(String(decoding: command.first ?? [], as: UTF8.self))` cannot be run",
      notes: [unsafe String(cString: strerror(number))])
  }
}
