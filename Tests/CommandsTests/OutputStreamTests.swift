import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Commands

/// A stream whose disk is full for a while.
@Suite struct OutputStreamTests {
  private let folder: TemporaryFolder
  private let descriptor: Int32
  private let stream: Commands.OutputStream

  init() throws {
    folder = try TemporaryFolder()
    let full = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(full >= 0)
    descriptor = full
    stream = Commands.OutputStream(full)
  }

  /// What was written from now on, with space for it.
  private func written(_ work: () -> Void) throws -> String {
    let file = unsafe open(folder.path + "/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    try #require(file >= 0)
    #expect(dup2(file, descriptor) == descriptor)
    close(file)
    work()
    return try folder.read("log")
  }

  private func report(_ text: String) {
    stream.write(message: text + "\n") { lost, error in "lost \(lost), \(error)\n" }
  }

  @Test func messagesContinueWithANoteOfThoseThatWereLost() throws {
    defer { close(descriptor) }
    report("one")
    report("two")
    let text = try written {
      report("three")
      report("four")
    }
    #expect(text == "lost 2, \(ENOSPC)\nthree\nfour\n")
  }

  @Test func aMessageThatIsNotLostHasNoNote() throws {
    defer { close(descriptor) }
    let text = try written { report("one") }
    #expect(text == "one\n")
  }

  /// A result of which a part is missing would look whole.
  @Test func resultsEndWithTheFirstThatWasLost() throws {
    defer { close(descriptor) }
    stream.write("one\n")
    let text = try written { stream.write("two\n") }
    #expect(text.isEmpty)
    #expect(stream.lostWrite == ENOSPC && stream.isLost)
  }

  @Test func resultsOfAServiceContinueAfterThoseThatWereLost() throws {
    defer { close(descriptor) }
    let losses = Mutex<[Commands.OutputStream.Loss]>([])
    stream.continueAfterLoss { loss in losses.withLock { $0.append(loss) } }
    for text in ["one\n", "", "two\n"] { stream.write(text) }
    let text = try written { for text in ["three\n", "four\n"] { stream.write(text) } }
    #expect(text == "three\nfour\n")
    #expect(losses.withLock { $0 } == [.began(ENOSPC), .ended(count: 2)])
    #expect(!stream.isLost)
  }

  /// The disk was full within the line.
  @Test func aResultThatWasCutIsNotContinuedByTheNextOne() throws {
    defer { close(descriptor) }
    let full = dup(descriptor)
    defer { close(full) }
    stream.continueAfterLoss { _ in }
    _ = try written { stream.write("on") }
    #expect(dup2(full, descriptor) == descriptor)
    stream.write("e\n")
    let text = try written { for text in ["two\n", "three\n"] { stream.write(text) } }
    #expect(text == "on\ntwo\nthree\n")
  }
}
