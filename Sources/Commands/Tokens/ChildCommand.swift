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
  private let command: [String]
  private let variables: [(name: String, value: SecretBytes)]
  private let inFiles: Bool

  init(
    _ command: [String], _ variables: [(name: String, value: SecretBytes)], inFiles: Bool
  ) {
    self.command = command
    self.variables = variables
    self.inFiles = inFiles
  }

  /// Runs it to its end.
  ///
  /// - Returns: its exit code; 128 plus the signal's number if a signal ended it, as in shells.
  func run() throws -> Int32 {
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
    let names = Set(entries.map(\.name))
    let inherited = InheritedEnvironment.variables.filter { !names.contains($0.key) }
    var environment = unsafe inherited.map { unsafe strdup("\($0.key)=\($0.value)") }
    let lengths = entries.map { $0.name.utf8.count + 1 + $0.value.count + 1 }
    let secrets = unsafe zip(entries, lengths).map { entry, length in
      unsafe Self.variable(entry.name, entry.value, length)
    }
    unsafe environment += secrets
    unsafe environment.append(nil)
    var arguments = unsafe command.map { unsafe strdup($0) }
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
        unsafe posix_spawnp(&process, command[0], nil, attributes, arguments, environment)
      }
    }
    guard failure == 0 else { throw Failure(.cannotRun(command, failure)) }
    signals.forward(to: process)
    return withExtendedLifetime(signals) { ChildProcess.reaped(process) }
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

extension Diagnostic {
  fileprivate static func cannotRun(_ command: [String], _ number: Int32) -> Diagnostic {
    Diagnostic(
      .commandNotRun, "`\(command.first ?? "")` cannot be run",
      notes: [unsafe String(cString: strerror(number))])
  }
}
