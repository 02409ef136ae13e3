import Foundation
import TestAuthorizationServer
import TestSupport
import Testing

/// How consumers get values and events: `exec` and `watch`.
@Suite struct PropagationTests {
  private func minting(lifetime: Int = 3600) async throws -> HostileServer {
    try await HostileServer { call in
      .body(#"{"access_token": "t0ken-\#(call.number)", "expires_in": \#(lifetime)}"#)
    }
  }

  @Test func execPassesFieldsInTheEnvironment() async throws {
    let server = try await minting()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot-1", app: "machine", id: "machine", secret: "s3cret")
    try test.sandbox.write(httpManifest("api", token: "b3arer"), to: "connections/api.yaml")
    try await test.expectFine(["encrypt"])
    try await test.expectFine(["apply", "--auto-approve"])

    // A token is minted first, and the client's secret stays here.
    let shown = try await test.expectFine([
      "exec", "robot-1", "api", "--", "/bin/sh", "-c",
      #"echo "$ROBOT_1_ACCESS_TOKEN $API_TOKEN ${ROBOT_1_CLIENT_SECRET-none} $ROBOT_1_CLIENT_ID""#,
    ])
    #expect(shown.text == "t0ken-1 b3arer none machine\n")
    let again = try await test.expectFine([
      "exec", "robot-1", "--prefix", "x", "--", "/bin/sh", "-c", "echo $X_ACCESS_TOKEN",
    ])
    #expect(again.text == "t0ken-1\n")
    try test.makeDue()
    #expect(
      try await test.expectFine([
        "exec", "robot-1", "--", "/usr/bin/printenv", "ROBOT_1_ACCESS_TOKEN",
      ]).text == "t0ken-2\n")
  }

  /// A child of the command that closes what it inherits, as Python's does, opens them by their paths.
  @Test func execPassesFilesThatAChildsChildrenOpen() async throws {
    let server = try await minting()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let runtime = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: runtime.path)
    let environment = ["XDG_RUNTIME_DIR": runtime.path]
    let script =
      #"python3 -c 'import subprocess, sys; subprocess.run(["cat", sys.argv[1]], close_fds=True)' "$ROBOT_ACCESS_TOKEN""#
      + #"; echo; env | grep -c t0ken; stat -c "%a %F" "$ROBOT_ACCESS_TOKEN""#
      + #"; stat -c %a "$(dirname "$ROBOT_ACCESS_TOKEN")""#
    let shown = try test.sandbox.vaultctl(
      ["exec", "robot", "--files", "--", "/bin/sh", "-c", script], environment: environment)
    #expect(shown.text == "t0ken-1\n0\n400 regular file\n700\n", "\(shown.errorText)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: runtime.path) == [])
  }

  @Test func aKilledExecLeavesNoFileBehindTheNextOne() async throws {
    let server = try await minting()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let runtime = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: runtime.path)
    let environment = ["XDG_RUNTIME_DIR": runtime.path]
    let running = try RunningProgram(
      test.sandbox,
      ["exec", "robot", "--files", "--", "/bin/sh", "-c", "echo ready >&2; kill -9 $PPID"],
      environment: environment)
    _ = try await running.finished()
    _ = try test.sandbox.vaultctl(
      ["exec", "robot", "--files", "--", "/bin/true"], environment: environment)
    #expect(try FileManager.default.contentsOfDirectory(atPath: runtime.path) == [])
  }

  /// What a person put there is not what a killed command left.
  @Test func aFolderThatLooksLikeOneOfACommandStays() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "x"), to: "connections/a.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      #expect(try sandbox.vaultctl(arguments).status == 0)
    }
    let runtime = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: runtime.path)
    for name in ["vaultctl-exec-backup", "vaultctl-edit-0123456789abcdeg"] {
      try runtime.write("mine", to: "\(name)/file")
    }
    try runtime.write("left", to: "vaultctl-exec-0123456789abcdef/file")
    let ended = try sandbox.vaultctl(
      ["exec", "a", "--files", "--", "/bin/true"], environment: ["XDG_RUNTIME_DIR": runtime.path])
    #expect(ended.status == 0, "\(ended.errorText)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: runtime.path).sorted()
        == ["vaultctl-edit-0123456789abcdeg", "vaultctl-exec-backup"])
    #expect(try runtime.read("vaultctl-exec-backup/file") == "mine")
  }

  /// Each of them removes the folders that others left, and none that another one just made.
  @Test func commandsWithFilesBeginAtTheSameTime() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "x"), to: "connections/a.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      #expect(try sandbox.vaultctl(arguments).status == 0)
    }
    let ended = try run(
      "/bin/bash", ["-c", "seq 48 | xargs -P 12 -I% vaultctl exec a --files -- /bin/true"],
      in: sandbox.folder.path,
      environment: [
        "PATH": "\(sandbox.programFolder):/usr/bin:/bin", "GNUPGHOME": sandbox.home.path,
        "HOME": sandbox.folder.path,
      ])
    #expect(ended.status == 0, "\(ended.errorText)")
  }

  @Test func execAsksForTokensThatLast() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "t0ken", "expires_in": 3600, "scope": "read"}"#)
    }
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    try await test.expectFine(["refresh"])
    func exec(_ time: String) async throws -> Finished {
      try await test.vaultctl(["exec", "robot", "--min-ttl", time, "--", "/bin/echo", "ran"])
    }
    #expect(try await exec("30m").text == "ran\n")
    // It is not due yet, and does not last: it is renewed.
    try test.makeDue(seconds: 1800)
    #expect(try await exec("45m").text == "ran\n")
    let short = try await exec("2h")
    #expect(short.status == 1 && short.text.isEmpty)
    #expect(short.errorText.contains("valid for 7200 s, and the service issues none"))
    // What could not be renewed says nothing about what the service issues.
    server.answer { _ in .body("", status: 503) }
    try test.makeDue(seconds: 1800)
    let failed = try await exec("2h")
    #expect(failed.status == 1 && failed.text.isEmpty)
    #expect(failed.errorText.contains("valid for 7200 s, and it could not be renewed"))
    #expect(failed.errorText.contains("see why: vaultctl status"))
    for time in ["0", "-1", "1w", "9223372036854775807d", "m"] {
      #expect(try await exec(time).status == 64, "\(time)")
    }
  }

  @Test func execForwardsExitCodesAndSignals() async throws {
    let server = try await minting()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let code = try await test.vaultctl(["exec", "robot", "--", "/bin/sh", "-c", "exit 37"])
    #expect(code.status == 37)
    let killed = try await test.vaultctl([
      "exec", "robot", "--", "/bin/sh", "-c", "kill -KILL $$",
    ])
    #expect(killed.status == 137)
    let none = try await test.vaultctl(["exec", "robot", "--", "/no/such/program"])
    #expect(none.status == 127)
    let file = try await test.vaultctl(["exec", "robot", "--", "/etc/passwd"])
    #expect(file.status == 126)
    try test.sandbox.expectTranscript()

    let running = try RunningProgram(
      test.sandbox,
      [
        "exec", "robot", "--", "/bin/sh", "-c",
        "trap 'echo heard; exit 5' TERM; echo ready >&2; while :; do sleep 0.05; done",
      ])
    try await running.waitForErrors("ready")
    running.end()
    let ended = try await running.finished()
    #expect(ended.status == 5 && ended.text == "heard\n")
  }

  /// A terminal sends it to the whole group: a second one, from us, would be an impatient user's.
  @Test func aKeyOfTheTerminalReachesTheCommandOnce() async throws {
    let server = try await minting()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    try test.sandbox.write(
      """
      import signal, sys, time
      heard = []
      signal.signal(signal.SIGINT, lambda *_: heard.append(time.time()))
      print("ready", flush=True)
      end = time.time() + 60
      while time.time() < (heard[0] + 1 if heard else end): time.sleep(0.05)
      print("heard " * len(heard), flush=True)
      sys.exit(5)
      """, to: "job.py")
    let session = try TerminalSession(
      test.sandbox, ["exec", "robot", "--", "/usr/bin/python3", "job.py"])
    try await session.waitForScreen("ready")
    try session.type("\u{3}")
    try await session.waitForEnd()
    #expect(session.status == 5)
    #expect(session.screen.matches(of: /heard/).count == 1, "\(session.screen)")
  }

  @Test func whatIsIgnoredStaysIgnoredInTheCommand() async throws {
    let server = try await minting()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let running = try RunningProgram(
      test.sandbox,
      [
        "exec", "robot", "--", "/bin/sh", "-c",
        "echo ready $$ >&2; while [ ! -e over ]; do sleep 0.05; done; echo alive",
      ], under: ["/usr/bin/nohup"])
    try await eventually("ready") { running.errors.contains(/ready \d+\n/) }
    let id = try #require(running.errors.firstMatch(of: /ready (\d+)/).flatMap { Int32($0.1) })
    running.send(SIGHUP)
    ObservedProcess(id)?.signal(SIGHUP)
    try test.sandbox.write("", to: "over")
    let ended = try await running.finished()
    #expect(ended.status == 0 && ended.text == "alive\n")
  }

  @Test func execStartsNothingWithoutAToken() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"error": "invalid_client"}"#, status: 401)
    }
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let refused = try await test.vaultctl(["exec", "robot", "--", "/bin/echo", "ran"])
    #expect(refused.status == 1 && refused.text.isEmpty)
    #expect(try await test.vaultctl(["exec", "nobody", "--", "/bin/echo"]).status == 1)
    #expect(try await test.vaultctl(["exec", "robot"]).status == 64)
    try test.sandbox.expectTranscript()
  }

  @Test func refreshWatchRenewsInTimeAndEndsCleanly() async throws {
    // The margin is 6 s: that long may this machine stall.
    let server = try await minting(lifetime: 24)
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let watching = try RunningProgram(test.sandbox, ["refresh", "--watch"])
    try await eventually("three renewals", every: .milliseconds(200)) {
      // At no time is there a token that has ended.
      if server.calls.count > 0 {
        let status = try await test.expectFine(["status", "--format", "json"])
        #expect(!status.text.contains("\"expired\""), "\(status.text)")
      }
      return server.calls.count >= 3 || !watching.isRunning
    }
    watching.end()
    let ended = try await watching.finished()
    #expect(ended.status == 0)
    #expect(ended.text.split(separator: "\n").count >= 2)
    #expect(!ended.text.contains("t0ken") && !ended.errorText.contains("t0ken"))
  }

  @Test func watchReportsAnExpiryThatIsNear() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "t0ken", "expires_in": 3600}"#)
    }
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "s3cret")
    // Consented to, and the service gave no refresh token.
    try await test.consent(["crm"])
    let watching = try RunningProgram(test.sandbox, ["watch"])
    try await watching.waitForOutput("expiring")
    watching.end()
    let ended = try await watching.finished()
    test.sandbox.transcript.record(["vaultctl", "watch"], ended)
    try test.sandbox.expectTranscript()
  }

  @Test func watchPrintsALinePerEventAndNoValue() async throws {
    let server = try await minting()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let log = test.sandbox.folder.path + "/log"
    let watching = try RunningProgram(
      test.sandbox,
      ["watch", "--exec", "echo \"$VAULTCTL_EVENT $VAULTCTL_CONNECTION\" >> \(log)"])
    func waitFor(_ text: String) async throws {
      try await watching.waitForOutput(text)
    }
    try await watching.waitForErrors("vault.db")
    try await test.expectFine(["refresh"])
    try await waitFor("refreshed")
    try await test.apply("robot", app: "machine", id: "other", secret: "s3cret")
    try await waitFor("applied")
    try FileManager.default.removeItem(
      atPath: test.sandbox.folder.path + "/connections/robot.yaml")
    try test.declare("new", app: "machine", id: "machine", secret: nil)
    try await test.expectFine(["apply", "--auto-approve", "--prune", "--force"])
    try await waitFor("deleted")
    watching.end()
    let ended = try await watching.finished()
    #expect(ended.status == 0)
    struct Line: Decodable {
      let at: String
      let connection: String
      let event: String
    }
    let lines = try ended.text.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
    let events = lines.map { "\($0.event) \($0.connection)" }
    // The other client's token was minted by the apply itself.
    #expect(
      events.prefix(3) == ["refreshed robot", "applied robot", "refreshed robot"], "\(events)")
    #expect(Set(events.suffix(2)) == ["applied new", "deleted robot"], "\(events)")
    #expect(!ended.text.contains("t0ken") && !ended.text.contains("s3cret"))
    #expect(try test.sandbox.read("log").split(separator: "\n").map(String.init) == events)
  }

  /// One client's tokens are of no use to another, so an apply mints where nobody is needed.
  @Test func anApplyRequestsATokenForOtherScopes() async throws {
    let server = try await HostileServer { call in
      .body(
        #"{"access_token": "t0ken-\#(call.number)", "expires_in": 3600, "scope": "\#(call.form["scope"] ?? "")"}"#
      )
    }
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    try await test.expectFine(["refresh"])
    try test.declare(
      "robot", app: "machine", id: "machine", secret: "s3cret", scopes: "[read, write]")
    try await test.expectFine(["encrypt"])
    try await test.expectFine(["plan"])
    try await test.expectFine(["apply", "--auto-approve"])
    #expect(server.calls.last?.form["scope"] == "read write")
    try await test.expectFine(["plan", "--detailed-exitcode"])
    try test.sandbox.expectTranscript()
  }
}
