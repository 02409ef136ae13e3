import Foundation
import Synchronization
import TestSupport
import TestTenant
import Testing

/// An apply to a tenant that is killed at every call, and at every move of the ledger.
@Suite(.serialized) struct TenantCrashTests {
  /// How many connections are made; with so many more, one sees it for a larger project.
  private static let news =
    (0..<(Int(
      ProcessInfo.processInfo.environment["VAULTCTL_CRASH_CONNECTIONS"] ?? "") ?? 3)).map {
      "new-\($0)"
    }

  /// A project whose apply makes a new key, creates, updates, renames and deletes, to be put back as often as it is
  /// killed.
  private struct Prepared {
    let it: TenantSandbox
    private let origin: TemporaryFolder
    private let backup: TemporaryFolder
    private let tenant: TenantState.Saved
    /// Of a recipient whom the apply removes.
    private let bob: GPGHome

    init(ledger: String = "git") async throws {
      origin = try TemporaryFolder()
      backup = try TemporaryFolder()
      let made = try run(
        "/usr/bin/git", ["init", "--quiet", "--bare", "--initial-branch=main", origin.path])
      #expect(made.status == 0)
      it = try TenantSandbox(try await TestTenant(), origin: origin.path, ledger: ledger)
      bob = try GPGHome()
      let bobsKey = try bob.makeKey("Bob <bob@example.com>")
      try it.sandbox.home.gpg(["--import"], input: bob.gpg(["--export", bobsKey]).output)
      try it.declare(recipients: [it.sandbox.key, bobsKey])
      try await it.declare(["kept", "changed", "moved", "gone"])
      try await it.expectFine(["apply", "--auto-approve"])
      try await it.expectFine(["set", "changed", "token"], input: "n3w")
      try await it.expectFine(["rename", "moved", "elsewhere"])
      try it.remove("gone")
      try it.declare(recipients: [it.sandbox.key])
      try await it.expectFine(["rekey"])
      try await it.declare(TenantCrashTests.news)
      tenant = await it.tenant.state.saved()
      let script = "mkdir project origin && cp -a $1/. project && cp -a $2/. origin"
      try bash(script)
    }

    func putBack() async throws {
      await it.tenant.state.restore(tenant)
      let script = """
        find "$1" "$2" -mindepth 1 -delete && cp -a project/. "$1" && cp -a origin/. "$2"
        """
      try bash(script)
      // What was put back is older than what was seen.
      try it.sandbox.forgetLedgers()
    }

    func expectBobIsLockedOut(_ point: String) async throws {
      let plan = try await it.vaultctl(["plan"], home: bob.path)
      #expect(plan.text.contains("no key here opens the ledger's key"), "\(point): \(plan.text)")
    }

    private func bash(_ script: String) throws {
      let finished = try run(
        "/bin/bash", ["-e", "-c", script, "bash", it.sandbox.folder.path, origin.path],
        in: backup.path)
      #expect(finished.status == 0, "\(finished.errorText)")
    }
  }

  private static let apply = ["apply", "--auto-approve", "--prune"]

  private func expectConverged(_ prepared: Prepared, _ point: String) async throws {
    let it = prepared.it
    let again = try await it.vaultctl(Self.apply)
    #expect(again.status == 0, "\(point): \(again.text)\(again.errorText)")
    let names = await it.tenant.state.names
    #expect(names == (["changed", "elsewhere", "kept"] + Self.news).sorted(), "\(point)")
    #expect(await it.tenant.state.setup(of: "changed")?["token"] == "n3w")
    #expect(await it.tenant.state.setup(of: "new-1")?["token"] == "value-of-new-1")
    try await it.expectNoChanges()
    let verified = try await it.vaultctl(["ledger", "verify"])
    #expect(verified.status == 0, "\(point): \(verified.errorText)")
    try await prepared.expectBobIsLockedOut(point)
  }

  /// Runs an apply that is killed when `kills` says so; whether it was.
  private func killed(
    _ it: TenantSandbox, at number: Int, _ moment: TestTenant.Moment
  ) async throws -> Bool {
    let program = KillableProgram()
    it.tenant.watch { call, when in
      if call.number == number, when == moment { program.kill() }
    }
    defer { it.tenant.watch { _, _ in } }
    return try await program.isKilled(
      it.sandbox, Self.apply, environment: TenantSandbox.login)
  }

  @Test(arguments: ["git", "{type: sqlite, path: .vaultctl/ledger.db}"])
  func anApplyKilledAtAnyCallIsCompletedByTheNext(ledger: String) async throws {
    let prepared = try await Prepared(ledger: ledger)
    let it = prepared.it
    var number = 1
    var isOver = false
    while !isOver {
      for moment in [TestTenant.Moment.before, .after] {
        try await prepared.putBack()
        isOver = try await !killed(it, at: number, moment)
        try await expectConverged(prepared, "\(moment) call \(number)")
      }
      number += 1
    }
    #expect(number > 10, "there were that many calls to be killed at")
  }

  /// A `git` in front of git's own that kills its parent before or after the nth move of a ref.
  @Test(arguments: [TestTenant.Moment.before, .after])
  func anApplyKilledAtAnyRefUpdateIsCompletedByTheNext(moment: TestTenant.Moment) async throws {
    let prepared = try await Prepared()
    let it = prepared.it
    var number = 1
    var isOver = false
    while !isOver {
      try await prepared.putBack()
      let tools = try TemporaryFolder()
      let (before, after) = moment == .before ? ("stop", "true") : ("true", "stop")
      try tools.write(
        """
        #!/bin/bash
        stop() { touch \(tools.path)/killed; kill -9 "$PPID"; exit 9; }
        case " $* " in *" update-ref "*|*" push "*) ;; *) exec /usr/bin/git "$@" ;; esac
        n=$(($(cat \(tools.path)/count 2>/dev/null || echo 0) + 1)); echo "$n" > \(tools.path)/count
        [ "$n" = \(number) ] && \(before)
        /usr/bin/git "$@"; code=$?
        [ "$n" = \(number) ] && \(after)
        exit "$code"
        """, to: "git")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: tools.path + "/git")
      let environment = TenantSandbox.login.merging(["PATH": "\(tools.path):/usr/bin:/bin"]) { $1 }
      _ = try await it.vaultctl(Self.apply, login: environment)
      isOver = !FileManager.default.fileExists(atPath: tools.path + "/killed")
      try await expectConverged(prepared, "\(moment) move \(number)")
      number += 1
    }
    #expect(number > 8, "there were that many moves to be killed at")
  }

  private func apply(
    _ it: TenantSandbox, _ more: [String], completion: @Sendable () -> Void
  ) async throws -> Finished {
    defer { completion() }
    return try await it.vaultctl(["apply", "--auto-approve", "--lock-timeout", "0"] + more)
  }

  @Test func ofTwoClonesThatApplyAtOnceOneWins() async throws {
    let tenant = try await TestTenant()
    let origin = try TemporaryFolder()
    #expect(try run("/usr/bin/git", ["init", "--quiet", "--bare", origin.path]).status == 0)
    let first = try TenantSandbox(tenant, origin: origin.path)
    try await first.declare((0..<12).map { "c-\($0)" })
    let folder = first.sandbox.folder.path
    let clone = try TemporaryFolder()
    #expect(try run("/bin/cp", ["-a", folder + "/.", clone.path]).status == 0)
    // They run at the same time: the one that writes does not end before the other one.
    let hasOneEnded = Mutex(false)
    tenant.watch { call, moment in
      guard call.method == "POST", moment == .before else { return }
      // Less than the time for which a run waits for a response.
      try? await eventually("one has ended", within: .seconds(20)) { hasOneEnded.withLock { $0 } }
    }
    let completion: @Sendable () -> Void = { hasOneEnded.withLock { $0 = true } }
    async let one = apply(first, [], completion: completion)
    async let two = apply(first, ["-C", clone.path], completion: completion)
    let results = try await [one, two]
    #expect(results.map(\.status).sorted() == [0, 1], "\(results.map(\.errorText))")
    let loser = try #require(results.first { $0.status == 1 })
    #expect(
      loser.errorText.contains("VC4005") || loser.errorText.contains("VC4021"), "\(loser.errorText)"
    )
    #expect(await tenant.state.names.count == 12)
    #expect(await tenant.state.calls("POST") == 12)
    for arguments in [
      ["plan", "--detailed-exitcode"], ["plan", "--detailed-exitcode", "-C", clone.path],
    ] {
      let plan = try await first.vaultctl(arguments)
      #expect(plan.status == 0, "\(plan.text)\(plan.errorText)")
    }
  }
}
