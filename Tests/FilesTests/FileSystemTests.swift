import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileSystemTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aFolderIsListedWithoutItself() throws {
    try folder.write("", to: ".hidden")
    try folder.write("", to: "a/b")
    let entries = try FileSystem.entries(of: folder.path)
    #expect(entries.map(\.name).sorted() == [".hidden", "a"])
  }

  @Test func aFolderThatIsMissingIsNotEmpty() {
    let path = folder.path + "/none"
    #expect(throws: SystemError(ENOENT)) { _ = try FileSystem.entries(of: path) }
    #expect(throws: SystemError(ENOENT)) { try FileSystem.synchronize(folder: path) }
  }

  /// NULL of readdir(3) is the end, and an error too.
  @Test(arguments: [0, 1, 2])
  func aListingThatBreaksOffIsNoListing(after count: Int) {
    var listed = 0
    #expect(throws: SystemError(EIO)) {
      _ = try FileSystem.entries {
        guard listed == count else {
          listed += 1
          return FileSystem.Entry(name: "\(listed)", type: Int(DT_REG))
        }
        errno = EIO
        return nil
      }
    }
  }

  @Test func anErrorOfAnotherCallIsNotTheListings() throws {
    errno = EIO
    var left = ["b", ".", "a", ".."]
    let entries = try FileSystem.entries {
      let name = left.popLast()
      if name != nil { errno = ENOENT }
      return name.map { FileSystem.Entry(name: $0, type: Int(DT_REG)) }
    }
    #expect(entries.map(\.name) == ["a", "b"])
  }

  @Test func aFullDiskIsReported() throws {
    let device = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
    defer { close(device) }
    let bytes: [UInt8] = [1, 2, 3]
    #expect(throws: SystemError(ENOSPC)) { try FileSystem.write(bytes.span, to: device) }
    #expect(SystemError(ENOSPC).description == "No space left on device")
  }

  /// A pipe has room for some of the bytes, and then for none.
  @Test func aPartIsNotTakenForTheWhole() throws {
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    try #require(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
    let bytes = [UInt8](repeating: 7, count: 1 << 20)
    #expect(throws: SystemError(EAGAIN)) { try FileSystem.write(bytes.span, to: ends[1]) }
  }
}
