import Glibc
import TestSupport
import Testing

@testable import Commands

/// What was in a private file is in no memory that is used again.
@Suite struct PrivateFolderTests {
  private let folder: PrivateFolder

  init() throws { folder = try PrivateFolder(for: .exec) }

  /// A reader that has the file open, whatever becomes of its name.
  private func opened(_ path: String) throws -> Int32 {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    return descriptor
  }

  private func content(_ descriptor: Int32) -> [UInt8] {
    var buffer = [UInt8](repeating: 1, count: 64)
    let count = unsafe pread(descriptor, &buffer, buffer.count, 0)
    return Array(buffer.prefix(max(count, 0)))
  }

  private func mode(_ descriptor: Int32) -> mode_t {
    var status = stat()
    _ = unsafe fstat(descriptor, &status)
    return status.st_mode & 0o777
  }

  private let zeros = [UInt8](repeating: 0, count: 6)

  @Test(arguments: [0o400, 0o600, 0o000] as [mode_t])
  func whatIsRemovedIsOverwritten(mode: mode_t) throws {
    defer { folder.remove() }
    let path = try folder.write(secret("s3cret"), to: "A", mode: 0o600)
    let reader = try opened(path)
    defer { close(reader) }
    #expect(unsafe chmod(path, mode) == 0)
    folder.remove()
    #expect(content(reader) == zeros)
    #expect(self.mode(reader) == 0o600, "root needs no permission to write, and others do")
  }

  @Test func aReplacedValueIsReadToItsEndAndThenOverwritten() throws {
    defer { folder.remove() }
    let path = try folder.replace(secret("first!"), in: "A", mode: 0o400)
    let first = try opened(path)
    try folder.replace(secret("second"), in: "A", mode: 0o400)
    let second = try opened(path)
    #expect(content(first) == Array("first!".utf8))
    try folder.replace(secret("third!"), in: "A", mode: 0o400)
    let third = try opened(path)
    defer { for reader in [first, second, third] { close(reader) } }
    #expect(content(first) == zeros)
    #expect(content(second) == Array("second".utf8) && content(third) == Array("third!".utf8))
    #expect(mode(third) == 0o400)
    folder.remove()
    #expect(content(second) == zeros && content(third) == zeros)
  }

  @Test func aFileThatHasAnotherNameElsewhereStays() throws {
    defer { folder.remove() }
    let other = try PrivateFolder(for: .exec)
    defer { other.remove() }
    let path = try other.write(secret("theirs"), to: "B", mode: 0o400)
    let reader = try opened(path)
    defer { close(reader) }
    #expect(unsafe link(path, folder.path + "/A") == 0)
    folder.remove()
    #expect(content(reader) == Array("theirs".utf8) && mode(reader) == 0o400)
  }
}
