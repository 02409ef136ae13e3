import Foundation
import Processes
import Synchronization
import TestSupport
import TestTenant
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
        under: Sandbox.killing(at: call, number))
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

  /// An apply that is under way holds the lock: another one waits, then names its holder.
  @Test func aHeldLockIsWaitedForAndItsHolderNamed() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try await it.declare(["a"])
    // The first call that writes is answered when the other apply has given up.
    let isCreating = Mutex(false)
    let isOver = Mutex(false)
    tenant.watch { call, moment in
      guard call.method == "POST", moment == .before else { return }
      isCreating.withLock { $0 = true }
      while !isOver.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(20)) }
    }
    let first = try RunningProgram(
      it.sandbox, ["apply", "--auto-approve"], environment: TenantSandbox.login)
    try await eventually("the first call", within: .seconds(60)) { isCreating.withLock { $0 } }
    let holder = try #require(first.id)
    let other = try await it.vaultctl(["apply", "--auto-approve", "--lock-timeout", "1"])
    isOver.withLock { $0 = true }
    #expect(other.status == 1)
    #expect(other.errorText.contains("process \(holder)"))
    #expect(try await first.finished().status == 0)
    try await it.expectFine(["apply", "--auto-approve", "--lock-timeout", "0"])
    try it.sandbox.expectTranscript()
  }
}
