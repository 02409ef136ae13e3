import Foundation
import Processes
import Secrets

/// Edits a value in the user's editor.
enum ValueEditor {
  struct Failed: Error {}

  /// The value as the editor left it; `nil` if the editor failed.
  static func edited(_ old: SecretBytes?) throws -> SecretBytes? {
    let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"]
    let candidates: [String] = ["/dev/shm"] + (runtime.map { [$0] } ?? [])
    let base = candidates.first { unsafe access($0, W_OK) == 0 } ?? "/tmp"
    var template = Array("\(base)/vaultctl-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw Failed() }
    let folder = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = folder + "/value"
    defer {
      wipe(path)
      unsafe rmdir(folder)
    }
    try write(old, to: path)
    guard try runEditor(on: path) else { return nil }
    let endedWithBreak =
      old?.withBytes { $0.count > 0 && $0[$0.count - 1] == 0x0A } ?? false
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW)
    guard descriptor >= 0 else { throw Failed() }
    defer { close(descriptor) }
    // Editors end a file with a line break; it is kept only if the value had one before.
    return try SecretInput.read(descriptor, keepsLastBreak: endedWithBreak)
  }

  private static func write(_ value: SecretBytes?, to path: String) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Failed() }
    defer { close(descriptor) }
    value?.withBytes { span in
      unsafe span.withUnsafeBytes { bytes in
        _ = unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      }
    }
  }

  private static func runEditor(on path: String) throws -> Bool {
    let environment = ProcessInfo.processInfo.environment
    let editor = environment["VISUAL"] ?? environment["EDITOR"] ?? "vi"
    return try ChildProcess(["/bin/sh", "-c", "\(editor) \"$1\"", "sh", path]).wait() == 0
  }

  /// Overwrites the bytes with zeros, then removes the file. An editor may have replaced the file.
  private static func wipe(_ path: String) {
    let descriptor = unsafe open(path, O_WRONLY | O_NOFOLLOW)
    if descriptor >= 0 {
      let size = lseek(descriptor, 0, SEEK_END)
      lseek(descriptor, 0, SEEK_SET)
      let zeros = [UInt8](repeating: 0, count: max(0, size))
      _ = unsafe Glibc.write(descriptor, zeros, zeros.count)
      fsync(descriptor)
      close(descriptor)
    }
    unsafe unlink(path)
  }
}
