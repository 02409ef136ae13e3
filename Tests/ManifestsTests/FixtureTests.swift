import Diagnostics
import Foundation
import Manifests
import TestSupport
import Testing

@Suite struct FixtureTests {
  @Test(arguments: Fixture.all(.manifests))
  func reportsEveryFaultOfAManifest(fixture: Fixture) throws {
    let found = try manifestDiagnostics(fixture.bytes)
    #expect(found.map(\.inBrief).sorted() == fixture.expected)
  }

  @Test(arguments: Fixture.all(.projects))
  func reportsEveryFaultOfAProject(fixture: Fixture) {
    #expect(projectDiagnostics(fixture.bytes).map(\.inBrief).sorted() == fixture.expected)
  }

  @Test func everyCodeOfReadingHasAFixture() {
    let shown = Set(
      Fixture.Kind.allCases.flatMap(Fixture.all).flatMap(\.expected).map { $0.prefix(6) })
    // These need a file system, or other files, or a file too large to keep.
    let elsewhere: Set<DiagnosticCode> = [
      .fileTooLarge, .unreadableFile, .projectNotFound, .manifestsNotFound, .alreadyExists,
      .connectionNotFound, .gitFailed, .environmentNotFound, .invalidFlow,
      .outputNotWritten, .projectWithoutID, .symbolicLink, .notRegularFile, .nestedRepository,
      // A file of a thousand faults.
      .tooManyFaults,
      // These need a change.
      .sharedValue, .valueNotEditable,
      // These need a trusted file beside this one, or a user.
      .untrustedSetting, .looserSetting, .trustedFileMissing, .trustNeeded, .trustDiffers,
      .trustedCommandDiffers, .trustNotRecorded, .foreignProject,
      // These need a file system that others write to as well.
      .changesRecovered, .changesUnfinished, .filesBusy, .fileMoved, .ownerNotKept,
      .foreignJournal, .valueKept,
      // These need a command with arguments, or another tool's file.
      .notImported, .notExported, .noSuchRecipientRule, .lastRecipient, .noSuchRecipient,
      .notCommitted, .noLog,
      .notFormatted, .notFormattable,
      // This needs another program.
      .portUnavailable,
    ]
    let missing = DiagnosticCode.allCases.filter {
      $0.rawValue.hasPrefix("VC1") && !elsewhere.contains($0)
        && !shown.contains($0.rawValue[...])
    }
    #expect(missing == [])
  }

  @Test func refusesAFileThatIsTooLarge() throws {
    let text = "# " + String(repeating: "x", count: 4_194_304)
    #expect(try manifestDiagnostics(Array(text.utf8)).map(\.code) == [.fileTooLarge])
  }

  /// Cut and bent copies of every fixture: whatever comes of them, it is an answer.
  @Test(arguments: Fixture.all(.manifests) + Fixture.all(.projects))
  func survivesAnyBytes(fixture: Fixture) throws {
    var random = SeededGenerator(seed: UInt64(fixture.bytes.count))
    for _ in 0..<60 {
      var bytes = fixture.bytes
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
      case 1: bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8)
      default:
        let at = Int.random(in: bytes.indices, using: &random)
        bytes.insert(contentsOf: [0x09, 0x5B, 0x2A, 0x26, 0x3A, 0x0A], at: at)
      }
      let found = try manifestDiagnostics(bytes) + projectDiagnostics(bytes)
      for range in found.compactMap({ $0.location?.range }) {
        #expect(range.end.offset <= bytes.count)
      }
    }
  }
}
