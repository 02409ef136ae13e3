private import Glibc

/// Identifies processes, and checks whether one is still alive; process ids are reused.
package enum ProcessIdentity {
  /// When a process started, in the system's ticks since boot (proc(5), field 22 of `stat`); `nil`
  /// if there is no such process or its start cannot be read.
  package static func start(of process: Int32) -> String? {
    guard let file = unsafe fopen("/proc/\(process)/stat", "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    // The program's name, in parentheses, may hold anything; the third field follows it.
    guard let name = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(name + 1)..<count].split(separator: UInt8(ascii: " "))
    return fields.count > 19 ? String(decoding: fields[19], as: UTF8.self) : nil
  }

  /// Whether a process of this machine is gone, or its id is another process' by now.
  package static func isGone(_ process: Int32, startedAt start: String?) -> Bool {
    if kill(process, 0) != 0, errno == ESRCH { return true }
    guard let start, let found = Self.start(of: process) else { return false }
    return found != start
  }
}
