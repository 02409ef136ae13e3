import Foundation
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
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    return sandbox
  }

  /// Wherever it is killed, the store can be read at once, and the next apply finishes.
  @Test func whatIsKilledIsFinishedByTheNextApply() throws {
    let sandbox = try sandbox(connections: 40)
    for delay in stride(from: 60, through: 600, by: 60) {
      let process = try sandbox.start(["apply", "--auto-approve"])
      usleep(UInt32(delay) * 1000)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let plan = try sandbox.vaultctl(["plan", "--detailed-exitcode"])
      #expect([0, 2].contains(plan.status), "killed after \(delay) ms: \(plan.errorText)")
      if plan.status == 0 { break }
    }
    let healed = try sandbox.vaultctl(["apply", "--auto-approve"])
    #expect(healed.status == 0, "\(healed.errorText)")
    #expect(try sandbox.vaultctl(["plan"]).text.contains("No changes. 40 connections"))
    for number in [0, 39] {
      #expect(
        try sandbox.vaultctl(["decrypt", "c-\(number)", "token"]).text == "t0ken-\(number)")
    }
  }

  /// The store is made by whichever comes first; readers find it half made at no time.
  @Test func appliesAtTheSameTimeWaitForOneAnother() throws {
    let sandbox = try sandbox(connections: 10)
    for round in 1...6 {
      try? FileManager.default.removeItem(atPath: sandbox.folder.path + "/.vaultctl")
      let applies = try (0..<3).map { _ in
        try sandbox.start(["apply", "--auto-approve", "--lock-timeout", "60"])
      }
      let plans = try (0..<4).map { _ in
        usleep(40_000)
        return try sandbox.start(["plan"])
      }
      for process in applies + plans {
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "round \(round): \(process.arguments ?? [])")
      }
      #expect(try sandbox.vaultctl(["plan"]).text.contains("No changes. 10 connections"))
      let history = try sandbox.vaultctl(["show", "c-0"]).text
      #expect(history.components(separatedBy: "  create  ").count == 2, "once: \(history)")
    }
  }

  /// A stopped apply still holds the lock: another one waits, then says who holds it.
  @Test func aHeldLockIsWaitedForAndNamed() throws {
    let sandbox = try sandbox(connections: 40)
    var isHeld = false
    for delay in stride(from: 100, through: 1000, by: 50) where !isHeld {
      let process = try sandbox.start(["apply", "--auto-approve"])
      usleep(UInt32(delay) * 1000)
      kill(process.processIdentifier, SIGSTOP)
      let other = try sandbox.vaultctl(["apply", "--auto-approve", "--lock-timeout", "1"])
      if other.errorText.contains("error[VC4005]") {
        isHeld = true
        #expect(other.status == 1)
        #expect(other.errorText.contains("tester@"))
        #expect(other.errorText.contains("process \(process.processIdentifier)"))
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      try? FileManager.default.removeItem(atPath: sandbox.folder.path + "/.vaultctl")
    }
    #expect(isHeld)
  }
}
