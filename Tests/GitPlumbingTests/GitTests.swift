import Foundation
import GitPlumbing
import Logging
import Synchronization
import TestSupport
import Testing

@Suite struct GitTests {
  private let repository: TestRepository
  private var git: Git { repository.git }

  init() throws { repository = try TestRepository() }

  /// What a shell that git starts has in a variable.
  private func variable(_ name: String, _ environment: [String: String] = [:]) throws -> String {
    try git.line(["-c", "alias.variable=!echo \"$\(name)\"", "variable"], environment: environment)
  }

  @Test func aRefMovesOnlyFromItsExpectedValue() throws {
    let first = try repository.commit()
    let second = try repository.commit()
    let ref = "refs/vaultctl/test"
    let none = String(repeating: "0", count: first.utf8.count)
    _ = try git.output(["update-ref", ref, first, none])
    for wrong in [none, second] {
      #expect(throws: GitError.self) { try git.output(["update-ref", ref, second, wrong]) }
      #expect(try git.line(["rev-parse", ref]) == first)
    }
    _ = try git.output(["update-ref", ref, second, first])
    #expect(try git.line(["rev-parse", ref]) == second)
  }

  @Test func anErrorHasGitsOwnWordsAndCode() throws {
    let error = try #require(throws: GitError.self) {
      try git.output(["cat-file", "blob", "nowhere"])
    }
    #expect(error == GitError(words: "fatal: Not a valid object name nowhere", status: 128))
    let quiet = try #require(throws: GitError.self) {
      try git.output(["rev-parse", "--verify", "--quiet", "refs/nowhere"])
    }
    #expect(quiet == GitError(words: "", status: 1))
  }

  @Test func aFolderThatIsMissingIsAnError() throws {
    let error = try #require(throws: GitError.self) {
      try Git(folder: repository.folder.path + "/nowhere").output(["status"])
    }
    #expect(error.words.contains("nowhere"))
    #expect(error.status == 128)
  }

  @Test func anUnknownCommandIsAnError() throws {
    let error = try #require(throws: GitError.self) { try git.output(["no-such-command"]) }
    #expect(error.status == 1)
    #expect(error.words.contains("'no-such-command' is not a git command"))
  }

  @Test func theEnvironmentIsTheCallersWithWhatIsNamed() throws {
    let home = try #require(ProcessInfo.processInfo.environment["HOME"])
    #expect(try variable("HOME") == home)
    #expect(try variable("HOME", ["HOME": "/else where"]) == "/else where")
    #expect(try variable("HOME") == home, "it was of that call alone")
  }

  @Test func anAuthorIsGivenByName() throws {
    let commit = try repository.commit()
    #expect(
      try git.line(["log", "-1", "--format=%an %ae", commit]) == "Ann ann@example.com")
  }

  @Test func inputIsWrittenAndTheOutputIsTheBytes() throws {
    let bytes = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0) })
    let id = try git.line(["hash-object", "-w", "--stdin"], input: bytes)
    #expect(try git.output(["cat-file", "blob", id]) == bytes)
  }

  @Test func aWorkTreeKnowsItsFolder() throws {
    try repository.write("x", to: "a b/c/file")
    #expect(try git.workTree() == (false, ""))
    #expect(try Git(folder: repository.folder.path + "/a b/c").workTree() == (false, "a b/c"))
    let bare = try TestRepository(isBare: true)
    #expect(try bare.git.workTree() == (true, ""))
  }

  /// Keeps what is logged.
  private struct Memory: LogHandler {
    final class Lines: Sendable { let lines = Mutex<[String]>([]) }
    let kept: Lines
    var logLevel = Logger.Level.debug
    var metadata = Logger.Metadata()
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { kept.lines.withLock { $0.append("\(event.message)") } }
  }

  @Test func aCallIsLoggedWithoutItsInputAndOutput() throws {
    let kept = Memory.Lines()
    let logged = Git(
      folder: repository.folder.path, logger: Logger(label: "git") { _ in Memory(kept: kept) })
    _ = try logged.line(["hash-object", "--stdin"], input: Data("hunter2".utf8))
    #expect(kept.lines.withLock { $0 } == ["git hash-object --stdin: 0"])
  }
}
