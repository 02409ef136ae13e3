import Files
import Foundation
import Renewing
import Stores
import Synchronization
import TestSupport
import Testing

@Suite struct JournalFolderTests {
  private let folder: TemporaryFolder
  private let journal: JournalFolder

  init() throws {
    folder = try TemporaryFolder()
    journal = JournalFolder(path: folder.path + "/answers")
  }

  @Test func whatIsAddedIsReadUntilItIsRemoved() throws {
    #expect(try journal.entries().isEmpty)
    try journal.add([1, 2, 3], as: "a")
    let found = try journal.entries()
    #expect(found.map(\.bytes) == [[1, 2, 3]] && found.allSatisfy(\.isComplete))
    try journal.remove("a")
    #expect(try journal.entries().isEmpty)
  }

  /// Its process was killed.
  @Test func whatACheckLeftIsRemoved() throws {
    try journal.check()
    try journal.add([1], as: "a")
    try folder.write("", to: "answers/check-x.answer.new")
    #expect(try journal.entries().map(\.bytes) == [[1]])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/answers")
    #expect(names == ["a.answer"])
  }

  /// Its process was killed, or has not come to its end: that takes no hour.
  @Test func anUnfinishedResponseCountsAsCompleteLater() throws {
    try journal.add([1], as: "a")
    try folder.write("{", to: "answers/b.answer.new")
    #expect(try journal.entries().map(\.isComplete) == [true, false])
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -7200)],
      ofItemAtPath: folder.path + "/answers/b.answer.new")
    #expect(try journal.entries().map(\.isComplete) == [true, true])
  }

  /// A response outlasts a loss of power only if the folder that it is in does.
  @Test func theNamesOfNewFoldersAreOnTheDiskToo() throws {
    let parent = folder.path + "/.vaultctl"
    let flushed = Mutex<[String]>([])
    let journal = JournalFolder(path: parent + "/answers") { path in
      flushed.withLock { $0.append(path) }
    }
    try journal.check()
    #expect(flushed.withLock { $0 } == [folder.path, parent])
    try journal.add([1], as: "a")
    #expect(flushed.withLock { $0 } == [folder.path, parent, parent + "/answers"])
  }

  /// A process that looks often reports it once.
  @Test func aFaultHasTheSameWordsEachTime() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/answers", withDestinationPath: folder.path + "/none/answers")
    var faults: [StoreError] = []
    for _ in 0..<2 {
      do throws(StoreError) { try journal.check() } catch { faults.append(error) }
    }
    #expect(faults.count == 2 && Set(faults).count == 1, "\(faults)")
  }

  @Test func aFolderThatCannotBeFlushedIsReported() throws {
    let journal = JournalFolder(path: folder.path + "/answers") { (_) throws(SystemError) in
      throw SystemError(EIO)
    }
    #expect(throws: StoreError.self) { try journal.check() }
  }

  /// Such as one on a mount without that request.
  @Test(arguments: [EACCES, EINVAL]) func aFolderThatHasNoFlushIsUsed(number: Int32) throws {
    let journal = JournalFolder(path: folder.path + "/answers") { (_) throws(SystemError) in
      throw SystemError(number)
    }
    try journal.check()
    try journal.add([1], as: "a")
    #expect(try journal.entries().map(\.bytes) == [[1]])
  }

  /// A folder that is not a journal's is unreadable, and never empty: tokens may wait in it.
  @Test func aJournalThatCannotBeReadIsNotEmpty() throws {
    try folder.write("", to: "answers")
    #expect(throws: StoreError.self) { _ = try journal.entries() }
  }

  /// Reading one would wait for its writer.
  @Test func aFIFOIsAnEntryWithoutBytes() throws {
    try journal.add([1], as: "a")
    let fifo = folder.path + "/answers/b.answer"
    try #require(unsafe mkfifo(fifo, 0o600) == 0)
    let found = Mutex<[ExchangeEntry]?>(nil)
    let isRead = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [journal] in
      let entries = try? journal.entries()
      found.withLock { $0 = entries }
      isRead.signal()
    }
    guard isRead.wait(timeout: .now() + 20) == .success else {
      Issue.record("the journal waits for a writer")
      // It gets one, and an end.
      close(unsafe open(fifo, O_WRONLY | O_NONBLOCK))
      return isRead.wait()
    }
    #expect(found.withLock { $0?.map(\.bytes) } == [[1], nil])
  }
}
