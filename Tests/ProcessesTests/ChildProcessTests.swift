import Foundation
import Processes
import TestSupport
import Testing

@Suite struct ChildProcessTests {
  @Test func reportsItsExitCode() throws {
    #expect(try ChildProcess(["/bin/sh", "-c", "exit 37"]).wait() == 37)
    #expect(try ChildProcess(["sh", "-c", "kill -KILL $$"]).wait() == 137)
    #expect(throws: ChildProcess.NotStarted.self) { try ChildProcess(["/no/such/program"]) }
    #expect(throws: ChildProcess.NotStarted.self) { try ChildProcess([]) }
  }

  @Test func writesInputAndReadsOutput() throws {
    let text = [UInt8](repeating: 0x61, count: 1_000_000)
    let finished = try ChildProcess.run(["sh", "-c", "tee /dev/stderr"], input: text)
    #expect(finished.status == 0 && finished.output == text && finished.errors == text)
  }

  /// Also one that has closed its output.
  @Test(arguments: ["exec sleep 600", "exec sleep 600 >&- 2>&-"])
  func isKilledAtItsLimit(script: String) throws {
    let finished = try ChildProcess.run(
      ["/bin/sh", "-c", script], input: [], limit: .milliseconds(100))
    #expect(finished.isLate && finished.status == 128 + SIGKILL)
  }

  @Test func withALimitItsOwnEndIsWaitedForAndNotThatOfWhatItStarted() throws {
    let text = [UInt8](repeating: 0x61, count: 1_000_000)
    let finished = try ChildProcess.run(
      ["/bin/sh", "-c", "sleep 600 & echo $! >&2; cat; exit 3"], input: text, limit: .seconds(300))
    #expect(!finished.isLate && finished.status == 3 && finished.output == text)
    let printed = String(decoding: finished.errors, as: UTF8.self)
    let daemon = try #require(Int32(printed.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(kill(daemon, SIGKILL) == 0)
  }

  @Test func runsInItsFolderWithItsEnvironment() throws {
    let finished = try ChildProcess.run(
      ["/bin/sh", "-c", "pwd; env | grep -v PWD | grep -v SHLVL | grep -v _="],
      environment: ["A": "b"], folder: "/usr/bin", input: [])
    #expect(String(decoding: finished.output, as: UTF8.self) == "/usr/bin\nA=b\n")
  }

  /// A descriptor that leaks keeps a pipe open whose end somebody waits for.
  @Test func inheritsThreeDescriptors() throws {
    let open = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/dev/null"))
    _ = fcntl(open.fileDescriptor, F_SETFD, 0)
    // The fourth is of `ls` itself.
    let finished = try ChildProcess.run(["ls", "/proc/self/fd"], input: [])
    #expect(String(decoding: finished.output, as: UTF8.self) == "0\n1\n2\n3\n")
    try open.close()
  }

  @Test func receivesSignalsUntilItHasEnded() throws {
    let child = try ChildProcess(["sleep", "600"])
    #expect(child.isRunning)
    child.signal(SIGTERM)
    #expect(child.wait() == 128 + SIGTERM)
    #expect(!child.isRunning)
    child.signal(SIGKILL)
    #expect(child.wait() == 128 + SIGTERM)
  }

  /// A process that obeys a signal may leave others that it started and that do not.
  @Test func itsGroupIsSignalledAfterItHasEnded() async throws {
    let folder = try TemporaryFolder()
    // Only what was started before the signal can be left over from it.
    let child = try ChildProcess(
      [
        "/bin/sh", "-c",
        "(trap '' TERM; touch deaf; exec sleep 300) & (sleep 300 & touch alone); wait",
      ], folder: folder.path, leadsGroup: true)
    #expect(getpgid(child.id) == child.id)
    try await eventually("both are started") {
      FileManager.default.fileExists(atPath: folder.path + "/deaf")
        && FileManager.default.fileExists(atPath: folder.path + "/alone")
    }
    child.signal(SIGTERM)
    #expect(child.wait() == 128 + SIGTERM)
    #expect(child.signalGroup(0))
    #expect(child.signalGroup(SIGKILL))
    try await eventually("the group is empty") { !child.signalGroup(0) }
  }

  @Test func withoutAGroupItIsInOurs() throws {
    let child = try ChildProcess(["sleep", "600"])
    #expect(getpgid(child.id) == getpgid(0))
    child.signal(SIGKILL)
    child.wait()
  }

  /// Each waiter gets the exit code, however many wait and whichever is first.
  @Test func manyCanWaitAtOnce() async throws {
    for _ in 0..<50 {
      let children = try (0..<8).map { try ChildProcess(["sh", "-c", "exit \($0)"]) }
      let found = try await withThrowingTaskGroup(of: (Int, Int32).self) { group in
        for (index, child) in children.enumerated() {
          for _ in 0..<2 { group.addTask { (index, child.wait()) } }
          group.addTask {
            try await eventually("it ends", every: .milliseconds(1)) { !child.isRunning }
            return (index, child.wait())
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(found.count == 24 && found.allSatisfy { Int($0.0) == Int($0.1) })
    }
  }
}
