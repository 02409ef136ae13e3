import Files
import Foundation
import Synchronization
import TestSupport
import Testing

/// What reading costs is counted: how often read(2) was called, and for how many bytes.
@Suite struct RegularFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private final class Calls: Sendable {
    private let state = Mutex((calls: 0, bytes: 0))

    var calls: Int { state.withLock { $0.calls } }
    var bytes: Int { state.withLock { $0.bytes } }
    func count(_ bytes: Int) { state.withLock { $0 = ($0.calls + 1, $0.bytes + bytes) } }
  }

  private func file(named name: String, of size: off_t) throws -> String {
    let path = folder.path + "/" + name
    try folder.write("", to: name)
    #expect(unsafe truncate(path, size) == 0)
    return path
  }

  /// - Parameter before: done before each read.
  private func read(
    _ path: String, limit: Int, before: @escaping @Sendable () -> Void = {}
  ) -> (result: Result<[UInt8], RegularFile.Fault>, calls: Calls) {
    let calls = Calls()
    let reader = unsafe RegularFile(limit: limit) { descriptor, buffer in
      before()
      let got = unsafe Foundation.read(descriptor, buffer.baseAddress, buffer.count)
      calls.count(got)
      return got
    }
    return (Result { () throws(RegularFile.Fault) in try reader.bytes(path) }, calls)
  }

  @Test func aSparseFileIsRefusedByItsSize() throws {
    let size = 3 << 30
    let (result, calls) = read(try file(named: "a", of: off_t(size)), limit: 4 << 20)
    #expect(result == .failure(.tooLarge(bytes: size, limit: 4 << 20)))
    #expect(calls.calls == 0)
  }

  @Test func aFileAtItsLimitIsReadOnce() throws {
    let (result, calls) = read(try file(named: "a", of: 70_000), limit: 70_000)
    #expect(try result.get().count == 70_000)
    #expect(calls.bytes == 70_000)
    let (refused, none) = read(try file(named: "b", of: 70_001), limit: 70_000)
    #expect(refused == .failure(.tooLarge(bytes: 70_001, limit: 70_000)) && none.calls == 0)
  }

  /// Somebody writes to it meanwhile.
  @Test func aFileThatGrowsIsReadAsFarAsItWas() throws {
    let path = try file(named: "a", of: 1_000)
    let (result, calls) = read(path, limit: 4 << 20) {
      let file = FileHandle(forWritingAtPath: path)
      _ = try? file?.seekToEnd()
      file?.write(Data(repeating: 0x78, count: 100_000))
    }
    #expect(try result.get() == [UInt8](repeating: 0, count: 1_000))
    #expect(calls.bytes == 1_000)
  }

  @Test func aFileThatShrinksIsRefused() throws {
    let path = try file(named: "a", of: 1_000)
    let (result, _) = read(path, limit: 4 << 20) { _ = unsafe truncate(path, 10) }
    #expect(result == .failure(.changed))
  }

  @Test(arguments: ["/dev/zero", "/dev/tty", "/dev/null", "/tmp"])
  func noDeviceIsRead(_ path: String) {
    let (result, calls) = read(path, limit: 10)
    guard case .failure(let fault) = result else {
      Issue.record("\(path) was read")
      return
    }
    #expect([.notRegular, .system(EACCES)].contains(fault) && calls.calls == 0)
  }
}
