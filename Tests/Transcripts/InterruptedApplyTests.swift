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
  @Test(arguments: ["fdatasync", "pwrite64", "unlink", "link", "fsync", "ftruncate"])
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
    let creation = HeldCreation(in: tenant)
    let first = try RunningProgram(
      it.sandbox, ["apply", "--auto-approve"], environment: TenantSandbox.login)
    try await creation.begun()
    let holder = try #require(first.id)
    let other = try await it.vaultctl(["apply", "--auto-approve", "--lock-timeout", "1"])
    creation.release()
    #expect(other.status == 1)
    #expect(other.errorText.contains("process \(holder)"))
    #expect(try await first.finished().status == 0)
    try await it.expectFine(["apply", "--auto-approve", "--lock-timeout", "0"])
    try it.sandbox.expectTranscript()
  }

  /// A signal ends an apply between two changes.
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalEndsAnApplyBetweenChanges(signal: Int32) async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try await it.declare(["a", "b", "c"])
    let creation = HeldCreation(in: tenant)
    let apply = try RunningProgram(
      it.sandbox, ["apply", "--auto-approve", "--parallelism", "1"],
      environment: TenantSandbox.login)
    try await creation.begun()
    try await apply.sendAndSettle(signal)
    creation.release()
    let finished = try await apply.finished()
    #expect(finished.status == 4, "\(finished.text)\(finished.errorText)")
    #expect(finished.text.contains("1 created") && finished.text.contains("2 not started"))
    #expect(finished.errorText.contains("VC4080"))
    #expect(finished.errorText.contains("not started: `b`, `c`"))
    // The lock is free, and nothing has to be recovered.
    let rest = try await it.vaultctl(["apply", "--auto-approve", "--lock-timeout", "0"])
    #expect(rest.status == 0 && rest.text.contains("2 created"), "\(rest.text)\(rest.errorText)")
    #expect(!rest.errorText.contains("VC4006") && !rest.errorText.contains("VC4007"))
  }

  /// The first environment's apply caught the same signals.
  @Test func aSignalEndsTheApplyOfASecondEnvironment() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try it.sandbox.writeProject(
      extra: """
        environments:
          dev: {}
          prod:
            store:
              {type: auth0, domain: test.eu.auth0.com, baseURL: "\(tenant.address)", ledger: git}
        """)
    try await it.declare(["a", "b"])
    let creation = HeldCreation(in: tenant)
    let apply = try RunningProgram(
      it.sandbox, ["apply", "--env", "all", "--auto-approve", "--parallelism", "1"],
      environment: TenantSandbox.login)
    try await creation.begun()
    try await apply.sendAndSettle(SIGTERM)
    creation.release()
    let finished = try await apply.finished()
    #expect(finished.status == 4, "\(finished.text)\(finished.errorText)")
    #expect(finished.text.contains("2 created") && finished.text.contains("1 not started"))
    #expect(finished.errorText.contains("VC4080"), "\(finished.errorText)")
  }

  /// One apply waits for another one's lock, and is ended.
  @Test func aSignalBeforeTheFirstChangeBeginsNone() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try await it.declare(["a"])
    let creation = HeldCreation(in: tenant)
    let first = try RunningProgram(
      it.sandbox, ["apply", "--auto-approve"], environment: TenantSandbox.login)
    try await creation.begun()
    let waiting = try RunningProgram(
      it.sandbox, ["apply", "--auto-approve", "--lock-timeout", "300"],
      environment: TenantSandbox.login)
    try await waiting.waitForErrors("waiting for the lock")
    waiting.send(SIGTERM)
    let finished = try await waiting.finished()
    creation.release()
    #expect(finished.status == 130, "\(finished.text)\(finished.errorText)")
    #expect(finished.errorText.contains("VC4080"))
    #expect(try await first.finished().status == 0)
  }

  /// Its holder is on another machine, whose clock is a day ahead.
  @Test func anUnreachableHoldersLockIsShownAndReleased() throws {
    let sandbox = try sandbox(connections: 1)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    let none = try sandbox.vaultctl(["unlock"])
    #expect(none.status == 0 && none.text.contains("No running process holds the lock"))
    let tomorrow = Int64(Date().timeIntervalSince1970 * 1000) + 86_400_000
    _ = try run(
      "/usr/bin/sqlite3",
      [
        sandbox.folder.path + "/.vaultctl/vault.db",
        """
        INSERT INTO lock (id, holder) VALUES (1, '{"host":"elsewhere","lastSeen":\(tomorrow),\
        "processID":4711,"since":\(tomorrow),"token":"t","who":"ann@elsewhere"}')
        """,
      ])
    let refused = try sandbox.vaultctl(["apply", "--auto-approve", "--lock-timeout", "0"])
    #expect(refused.status == 1 && refused.errorText.contains("vaultctl unlock"))
    #expect(!refused.errorText.contains("-86"), "\(refused.errorText)")
    let asked = try sandbox.vaultctl(["unlock"], input: "no\n")
    #expect(asked.status == 1 && asked.text.contains("ann@elsewhere (process 4711 on elsewhere)"))
    #expect(asked.errorText.contains("The lock was not released."))
    let released = try sandbox.vaultctl(["unlock", "--yes"])
    #expect(released.status == 0 && released.text.contains("Released the lock"))
    #expect(
      try sandbox.vaultctl(["apply", "--auto-approve", "--lock-timeout", "0"]).status == 0)
  }
}

/// The calls that create something in a tenant, which are not answered until they are released.
private final class HeldCreation: Sendable {
  private let isBegun = Mutex(false)
  private let isReleased = Mutex(false)

  init(in tenant: TestTenant) {
    tenant.watch { [self] call, moment in
      guard call.method == "POST", moment == .before else { return }
      isBegun.withLock { $0 = true }
      while !isReleased.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(20)) }
    }
  }

  func begun() async throws {
    try await eventually("the first call") { isBegun.withLock { $0 } }
  }

  func release() { isReleased.withLock { $0 = true } }
}
