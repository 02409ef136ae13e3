import Diagnostics
import Foundation
import Glibc
import Processes
import Secrets

/// A command with credentials in its environment, or in files that it alone gets.
///
/// They never appear on a command line, and they are wiped from our memory as soon as the command
/// runs: the environment is built by hand and never a `String`.
struct ChildCommand {
  /// The program and its arguments, as bytes.
  private let command: [[UInt8]]
  private let variables: [(name: String, value: SecretBytes)]
  private let inFiles: Bool

  init(
    _ command: [[UInt8]], _ variables: [(name: String, value: SecretBytes)], inFiles: Bool
  ) {
    self.command = command
    self.variables = variables
    self.inFiles = inFiles
  }

  /// Runs it to its end.
  ///
  /// - Throws: also if a value has a NUL, with which a variable would end.
  /// - Returns: its exit code; 128 plus the signal's number if a signal ended it, as in shells.
  func run() throws -> Int32 {
    if !inFiles {
      let cut = variables.filter { $0.value.holdsNUL }
      if !cut.isEmpty { throw Failure(cut.map { .holdsNUL($0.name) }) }
    }
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    var entries: [(name: String, value: SecretBytes)] = []
    for (name, value) in variables {
      if inFiles {
        let descriptor = try memoryFile(value)
        descriptors.append(descriptor)
        entries.append((name, SecretBytes(copying: "/proc/self/fd/\(descriptor)".utf8)))
      } else {
        entries.append((name, value))
      }
    }
    return try spawn(entries)
  }

  /// A file in memory (tmpfs) that is unlinked before anything is written to it, and that the
  /// command inherits.
  private func memoryFile(_ value: SecretBytes) throws -> Int32 {
    let path = "/dev/shm/vaultctl-\(UUID().uuidString)"
    let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, 0o600)
    guard descriptor >= 0 else { throw Failure(.cannotRun(command, errno)) }
    unsafe unlink(path)
    let isWritten = value.withBytes { span in
      unsafe span.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
      }
    }
    guard isWritten, lseek(descriptor, 0, SEEK_SET) == 0, fchmod(descriptor, 0o400) == 0 else {
      close(descriptor)
      throw Failure(.cannotRun(command, errno))
    }
    return descriptor
  }

  private func spawn(_ entries: [(name: String, value: SecretBytes)]) throws -> Int32 {
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
    let signals = SignalForwarder()
    var process = pid_t()
    let failure = CoreDumps.allowingChildren {
      unsafe ChildProcess.withSignalsAsNew { attributes in
        guard let program = unsafe arguments[0] else { return ENOMEM }
        return unsafe posix_spawnp(&process, program, nil, attributes, arguments, environment)
      }
    }
    guard failure == 0 else { throw Failure(.cannotRun(command, failure)) }
    signals.forward(to: process)
    return withExtendedLifetime(signals) { ChildProcess.reaped(process) }
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
