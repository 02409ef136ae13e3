import Foundation
import Processes
import TestSupport
import Testing

/// Applies that are killed, and applies at the same time.
@Suite struct InterruptedApplyTests {
  private func sandbox(connections count: Int) throws -> Sandbox {
    let sandbox = try Sandbox()
    for number in 0..<count {
      try sandbox.write(
        httpManifest("c-\(number)", token: "t0ken-\(number)"), to: "connections/\(number).yaml")
    }
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    return sandbox
  }

  /// Killed at every call by which something comes to the disk: the store can be read at once, and the
  /// next apply finishes.
  @Test(arguments: ["fdatasync", "pwrite64", "unlink"])
  func theNextApplyFinishesAKilledOne(call: String) throws {
    let sandbox = try sandbox(connections: 5)
    var kills = 0
    for number in 1...60 {
      try? FileManager.default.removeItem(atPath: sandbox.folder.path + "/.vaultctl")
      let process = try sandbox.start(
        ["apply", "--auto-approve"],
        under: [
          "/usr/bin/strace", "-qq", "-f", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
          "inject=\(call):signal=KILL:when=\(number)",
        ])
      if process.wait() == 0 { break }
      kills += 1
      let point = "killed at \(call) \(number)"
      let plan = try sandbox.vaultctl(["plan", "--detailed-exitcode"])
      #expect([0, 2].contains(plan.status), "\(point): \(plan.errorText)")
      let recovered = try sandbox.vaultctl(["apply", "--auto-approve"])
      #expect(recovered.status == 0, "\(point): \(recovered.errorText)")
      let empty = try sandbox.vaultctl(["plan", "--detailed-exitcode"])
      #expect(empty.status == 0, "\(point): \(empty.text)")
      for number in [0, 4] {
        #expect(
          try sandbox.vaultctl(["decrypt", "c-\(number)", "token"]).text == "t0ken-\(number)")
      }
    }
    #expect(kills > 0, "nothing was killed")
  }

  /// The store is made by whichever comes first; readers never find it half made.
  @Test func appliesAtTheSameTimeWaitForOneAnother() throws {
    let sandbox = try sandbox(connections: 10)
    for round in 1...6 {
      try? FileManager.default.removeItem(atPath: sandbox.folder.path + "/.vaultctl")
      let applies = try (0..<3).map { _ in
        try sandbox.start(["apply", "--auto-approve", "--lock-timeout", "60"])
      }
      // For as long as they run, somebody reads.
      repeat {
        #expect(try sandbox.start(["plan"]).wait() == 0, "round \(round)")
      } while applies.contains { $0.isRunning }
      for process in applies {
        #expect(process.wait() == 0, "round \(round)")
      }
      #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
      let history = try sandbox.vaultctl(["show", "c-0"]).text
      #expect(history.components(separatedBy: "  create  ").count == 2, "once: \(history)")
    }
  }

  /// An apply that waits for its confirmation holds the lock: another one waits, then names its holder.
  @Test func aHeldLockIsWaitedForAndItsHolderNamed() async throws {
    let sandbox = try sandbox(connections: 3)
    let asking = try RunningProgram(sandbox, ["apply"], atTerminal: true)
    try asking.blockUntilOutput("`yes`")
    let holder = try #require(asking.id)
    let other = try sandbox.vaultctl(["apply", "--auto-approve", "--lock-timeout", "1"])
    #expect(other.status == 1)
    #expect(other.errorText.contains("process \(holder)"))

    try asking.type("no")
    let refused = try await asking.finished()
    #expect(refused.status == 1)
    sandbox.transcript.note("The first apply, at a terminal; the answer is `no`.")
    sandbox.transcript.record(["vaultctl", "apply"], refused)
    let after = try sandbox.vaultctl(["apply", "--auto-approve", "--lock-timeout", "0"])
    #expect(after.status == 0)
    try sandbox.expectTranscript()
  }
}
