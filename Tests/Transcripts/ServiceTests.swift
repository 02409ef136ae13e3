import Foundation
import Glibc
import Synchronization
import TestAuthorizationServer
import TestSupport
import Testing

/// `refresh --watch` as a service: metrics, probes, the service manager, its log.
@Suite struct ServiceTests {
  private func server() async throws -> HostileServer {
    try await HostileServer { _ in
      .body(#"{"access_token": "t0ken", "expires_in": 86400, "scope": "read"}"#)
    }
  }

  /// The values of a metric, by their labels.
  private func metric(_ name: String, in test: Sandbox) -> [String: String] {
    let lines = ((try? test.read("vaultctl.prom")) ?? "").split(separator: "\n")
    return Dictionary(
      lines.filter { $0.hasPrefix("vaultctl_\(name){") }.map { line in
        let labels = line.drop { $0 != "{" }.prefix { $0 != "}" }.dropFirst()
        return (String(labels), String(line.split(separator: " ").last ?? ""))
      }
    ) { $1 }
  }

  @Test func metricsSayWhatHappened() async throws {
    let server = try await server()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    try await test.apply("crm", app: "crm", id: "web", secret: "s3cret")
    let path = test.sandbox.folder.path + "/vaultctl.prom"
    let running = try RunningProgram(
      test.sandbox, ["refresh", "--watch", "--metrics-file", path])
    try await eventually("the token is renewed") {
      metric("renewals_total", in: test.sandbox)
        == [#"environment="",connection="robot""#: "1"]
    }
    let states = metric("connections", in: test.sandbox)
    #expect(states[#"environment="",state="ready""#] == "1")
    #expect(states[#"environment="",state="unauthorized""#] == "1")
    let ends = metric("token_expiry_timestamp_seconds", in: test.sandbox).values
    #expect(ends.count == 1)
    let seconds = try #require(ends.first.flatMap { Double($0) })
    #expect(abs(seconds - Date().timeIntervalSince1970 - 86_400) < 600)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o644)
    #expect(try await test.vaultctl(["probe", path]).status == 0)
    #expect(try await test.vaultctl(["probe", "--ready", path]).status == 0)
    running.end()
    #expect(try await running.finished().status == 0)
    let text = try test.sandbox.read("vaultctl.prom")
    #expect(!text.contains("t0ken") && !text.contains("s3cret"))
  }

  /// Who its client is, is not known then; its tokens still expire.
  @Test func tokensBehindASetupThatCannotBeReadAreReported() async throws {
    let server = try await server()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    try await test.expectFine(["refresh"])
    // It was applied before the field was required.
    let field = "- {name: client_secret, required: true}"
    let more = "- {name: region, required: true, secret: false}"
    let project = try test.sandbox.read("vaultctl.yaml")
    try test.sandbox.write(
      project.replacing(field, with: "\(more)\n          \(field)"), to: "vaultctl.yaml")
    try test.makeDue()
    for arguments in [["refresh"], ["refresh", "robot"]] {
      let refreshed = try await test.vaultctl(arguments)
      #expect(refreshed.status == 1 && !refreshed.text.contains("Nothing is due"))
      #expect(refreshed.errorText.contains("`robot`"), "\(refreshed.errorText)")
      #expect(refreshed.errorText.contains("its setup lacks `region`"), "\(refreshed.errorText)")
    }
    let used = try await test.vaultctl(["exec", "robot", "--", "/usr/bin/env"])
    #expect(used.status != 0 && !used.text.contains("ROBOT_"), "\(used.text)")
    #expect(used.errorText.contains("its setup lacks `region`"), "\(used.errorText)")
    let path = test.sandbox.folder.path + "/vaultctl.prom"
    let running = try RunningProgram(
      test.sandbox, ["refresh", "--watch", "--metrics-file", path])
    try await eventually("it is looked at") {
      metric("token_expiry_timestamp_seconds", in: test.sandbox).keys.sorted()
        == [#"environment="",connection="robot""#]
    }
    #expect(metric("connections", in: test.sandbox)[#"environment="",state="error""#] == "1")
    running.end()
    let ended = try await running.finished()
    #expect(ended.errorText.components(separatedBy: "VC5004").count == 2, "\(ended.errorText)")
    #expect(server.calls.count == 1)
  }

  /// The service keeps the apps that it has read.
  @Test func aProjectFileThatChangesIsReportedOnce() async throws {
    let server = try await server()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let path = test.sandbox.folder.path + "/vaultctl.prom"
    let running = try RunningProgram(
      test.sandbox, ["refresh", "--watch", "--metrics-file", path])
    func outdated() -> String? { metric("project_outdated", in: test.sandbox)[""] }
    try await eventually("the token is renewed") { !server.calls.isEmpty && outdated() == "0" }
    let before = try test.sandbox.read("vaultctl.yaml")
    try test.sandbox.write(before + "\n# another app\n", to: "vaultctl.yaml")
    try await running.waitForErrors("warning[VC5032]: vaultctl.yaml has changed")
    try await eventually("the metric") { outdated() == "1" }
    try test.sandbox.write(before, to: "vaultctl.yaml")
    try await eventually("it is as it was") { outdated() == "0" }
    running.end()
    let ended = try await running.finished()
    #expect(ended.status == 0)
    #expect(ended.errorText.components(separatedBy: "VC5032").count == 2, "\(ended.errorText)")
  }

  @Test func aProbeFailsForAServiceThatHangsOrHasNoStore() async throws {
    let sandbox = try Sandbox()
    // Each time anew: the many probes take longer than a pass may be old.
    var now: Double { Date().timeIntervalSince1970 }
    func metrics(_ passes: [(environment: String, last: Double?, success: Double?)]) throws {
      let lines = passes.flatMap { pass in
        [
          pass.last.map {
            "vaultctl_last_pass_timestamp_seconds{environment=\"\(pass.environment)\"} \($0)"
          },
          pass.success.map {
            "vaultctl_last_success_timestamp_seconds{environment=\"\(pass.environment)\"} \($0)"
          },
        ].compactMap { $0 }
      }
      try sandbox.write(lines.joined(separator: "\n") + "\n", to: "it.prom")
    }
    func codes() throws -> [Int32] {
      try [["probe", "it.prom"], ["probe", "it.prom", "--ready"]].map {
        try sandbox.vaultctl($0).status
      }
    }
    try metrics([("", now, now)])
    #expect(try codes() == [0, 0])
    try metrics([("", now, now - 3600)])
    #expect(try codes() == [0, 1])
    try metrics([("", now - 3600, now - 3600)])
    #expect(try codes() == [1, 1])
    // Each environment counts.
    try metrics([("a", now, now), ("b", now, nil)])
    #expect(try codes() == [0, 1])
    try metrics([("a", now, now), ("b", now - 3600, now)])
    #expect(try codes() == [1, 1])
    try metrics([])
    #expect(try codes() == [1, 1])
    // A time that none can be is not one.
    for time in [
      "NaN", "nan", "-nan", "Inf", "+Inf", "-Inf", "infinity", "1e300", "-1e300", "-1", "1e11",
      "253402300800", "0x1p60", "x", "",
    ] {
      for environment in ["a", "b"] {
        let other = environment == "a" ? "b" : "a"
        func line(_ name: String, _ environment: String, _ time: String) -> String {
          "vaultctl_last_\(name)_timestamp_seconds{environment=\"\(environment)\"} \(time)\n"
        }
        try sandbox.write(
          ["pass", "success"].map { line($0, environment, time) + line($0, other, "\(now)") }
            .joined(), to: "it.prom")
        #expect(try codes() == [1, 1], "\(time) of \(environment)")
        try sandbox.write(
          line("pass", environment, "\(now)") + line("success", environment, time), to: "it.prom")
        #expect(try codes() == [0, 1], "\(time)")
      }
    }
    #expect(try sandbox.vaultctl(["probe", "none.prom"]).status == 1)
    #expect(try sandbox.vaultctl(["probe", "it.prom", "--max-age", "0"]).status == 64)
  }

  /// Not at each attempt, which has another next one.
  @Test func aFailureIsReportedWhenItBeginsAndWhenItEnds() async throws {
    let server = try await HostileServer { _ in .body("", status: 503) }
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let running = try RunningProgram(test.sandbox, ["refresh", "--watch"])
    try await eventually("three attempts") { server.calls.count >= 3 }
    server.answer { _ in .body(#"{"access_token": "t0ken", "expires_in": 86400}"#) }
    try await running.waitForOutput("robot  renewed")
    running.end()
    let ended = try await running.finished()
    #expect(ended.errorText.components(separatedBy: "VC5004").count == 2, "\(ended.errorText)")
    #expect(ended.text.split(separator: "\n").count == 2, "\(ended.text)")
  }

  @Test func aFileThatIsNotOneOfMetricsIsKept() throws {
    let sandbox = try Sandbox()
    for name in ["vaultctl.yaml", "notes.txt"] {
      if name == "notes.txt" { try sandbox.write("mine", to: name) }
      let before = try sandbox.read(name)
      let refused = try sandbox.vaultctl(["refresh", "--watch", "--metrics-file", name])
      #expect(refused.status == 1 && refused.errorText.contains("has no metrics of vaultctl"))
      #expect(try sandbox.read(name) == before)
    }
    #expect(try sandbox.vaultctl(["refresh", "--metrics-file", "it.prom"]).status == 64)
  }

  /// A response, its status after its body.
  private func answer(_ arguments: String...) async throws -> (body: String, status: String) {
    let text = try await apart {
      try run("/usr/bin/curl", ["-s", "-w", "\n%{http_code}"] + arguments).text
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return (lines.dropLast().joined(separator: "\n"), String(lines.last ?? ""))
  }

  @Test func metricsAreServedOnThisMachineAlone() async throws {
    let server = try await server()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let path = test.sandbox.folder.path + "/vaultctl.prom"
    let running = try RunningProgram(
      test.sandbox,
      ["refresh", "--watch", "--metrics-file", path, "--metrics-address", "127.0.0.1:0"])
    try await running.waitForErrors("/metrics.")
    let found = try #require(running.errors.firstMatch(of: /http:\/\/127\.0\.0\.1:(\d+)\/metrics/))
    let port = String(found.1)
    let base = "http://127.0.0.1:\(port)"
    try await eventually("the token is renewed") {
      try await answer(base + "/metrics").body.contains("vaultctl_renewals_total{")
    }
    let metrics = try await answer("-i", base + "/metrics")
    #expect(metrics.status == "200")
    #expect(metrics.body.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r"))
    #expect(!metrics.body.contains("t0ken") && !metrics.body.contains("s3cret"))
    // What is served is what is in the file.
    let names = { (text: String) in
      text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }.map(String.init)
    }
    #expect(names(metrics.body) == names(try test.sandbox.read("vaultctl.prom")))
    #expect(try await answer(base + "/healthz") == ("ok\n", "200"))
    #expect(try await answer(base + "/").status == "404")
    #expect(try await answer("-X", "POST", base + "/metrics").status == "405")
    #expect(try await answer("-H", "Host: evil.example", base + "/metrics").status == "421")
    #expect(
      try await answer("-H", "Origin: http://evil.example", base + "/metrics").status == "403")
    let other = try await test.vaultctl(
      ["refresh", "--watch", "--metrics-address", "127.0.0.1:\(port)"])
    #expect(other.status == 1 && other.errorText.contains("VC1270"), "\(other.errorText)")
    running.end()
    #expect(try await running.finished().status == 0)
  }

  @Test(arguments: [true, false])
  func theServedPageHasMetrics(isOpen: Bool) async throws {
    let server = try await server()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    try await test.expectFine(["refresh"], isRecorded: false)
    let running = try RunningProgram(test.sandbox, ["serve"] + (isOpen ? ["--metrics"] : []))
    try await running.waitForOutput("token=")
    let link = try #require(running.output.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+/))
    let answer = try await answer(String(link.0) + "/metrics")
    #expect(answer.status == (isOpen ? "200" : "401"))
    #expect(
      answer.body.contains(#"vaultctl_connections{environment="",state="ready"} 1"#) == isOpen,
      "\(answer.body)")
    #expect(!answer.body.contains("t0ken") && !answer.body.contains("s3cret"))
    running.end()
    _ = try await running.finished()
  }

  @Test(arguments: ["0.0.0.0:9464", ":9464", "10.0.0.1:9464", "127.0.0.1", "127.0.0.1:99999"])
  func metricsAreServedOnNoOtherAddress(address: String) throws {
    let sandbox = try Sandbox()
    let refused = try sandbox.vaultctl(["refresh", "--watch", "--metrics-address", address])
    #expect(refused.status == 64, "\(refused.errorText)")
    #expect(
      try sandbox.vaultctl(["refresh", "--metrics-address", "127.0.0.1:0"]).status == 64)
  }

  /// Those of other connections are renewed, also of one that is applied meanwhile.
  @Test func aServiceThatRespondsLateHoldsUpNoOtherRenewal() async throws {
    var attempts = 1
    while try await !othersAreRenewedDuringASlowResponse() {
      attempts += 1
      try #require(attempts <= 3, "no response came before the program gave up waiting for it")
    }
  }

  /// - Returns: false where this machine needed more than the 20 s that the program waits for a response, so
  ///   that nothing is known.
  private func othersAreRenewedDuringASlowResponse() async throws -> Bool {
    let isReleased = Mutex(false)
    let server = try await HostileServer { call in
      switch call.form["scope"] {
      case "slow": try? await eventually("it is released") { isReleased.withLock { $0 } }
      case "new": isReleased.withLock { $0 = true }
      default: break
      }
      let seconds = call.form["scope"] == "short" ? 5 : 86_400
      return .body(#"{"access_token": "t0ken", "expires_in": \#(seconds)}"#)
    }
    let test = try TokenSandbox(server: server.address)
    // The short one makes a pass every few seconds.
    for name in ["slow", "quick", "short"] {
      try test.declare(name, app: "machine", id: name, secret: "s3cret", scopes: "[\(name)]")
    }
    try await test.expectFine(["encrypt"])
    try await test.expectFine(["apply", "--auto-approve"])
    try test.declare("new", app: "machine", id: "new", secret: "s3cret", scopes: "[new]")
    try await test.expectFine(["encrypt"])
    let path = test.sandbox.folder.path + "/vaultctl.prom"
    let running = try RunningProgram(
      test.sandbox, ["refresh", "--watch", "--metrics-file", path])
    func label(_ name: String) -> String { "environment=\"\",connection=\"\(name)\"" }
    /// - Returns: whether the slow response was not given up meanwhile.
    func waitFor(_ names: [String]) async throws -> Bool {
      var isLate = false
      try await eventually("\(names) are renewed") {
        var failures = metric("renewal_failures_total", in: test.sandbox)
        isLate = (failures.removeValue(forKey: label("slow")) ?? "0") != "0"
        #expect(failures.values.allSatisfy { $0 == "0" }, "\(failures)")
        return isLate
          || Set(metric("renewals_total", in: test.sandbox).keys)
            == Set((names + ["short"]).map(label))
      }
      return !isLate
    }
    var isInTime = try await waitFor(["quick"])
    if isInTime {
      // Its request releases the slow response: it was sent while that was awaited.
      try await test.expectFine(["apply", "--auto-approve"])
      isInTime = try await waitFor(["quick", "new", "slow"])
    }
    isReleased.withLock { $0 = true }
    if isInTime {
      let others = server.calls.compactMap { $0.form["scope"] }.filter { $0 != "short" }
      #expect(others.sorted() == ["new", "quick", "slow"])
    }
    running.end()
    #expect(try await running.finished().status == 0)
    return isInTime
  }

  /// What was begun is saved before the end.
  @Test func aSignalWaitsForARenewalThatWasBegun() async throws {
    let isReleased = Mutex(false)
    let server = try await HostileServer { _ in
      try? await eventually("it is released") { isReleased.withLock { $0 } }
      return .body(#"{"access_token": "t0ken", "expires_in": 86400}"#)
    }
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let path = test.sandbox.folder.path + "/vaultctl.prom"
    let running = try RunningProgram(
      test.sandbox, ["refresh", "--watch", "--metrics-file", path])
    try await eventually("the request") { !server.calls.isEmpty }
    running.end()
    isReleased.withLock { $0 = true }
    #expect(try await running.finished().status == 0)
    #expect(
      metric("renewals_total", in: test.sandbox) == [#"environment="",connection="robot""#: "1"])
    let left = try await test.expectFine(["refresh"])
    #expect(server.calls.count == 1 && left.text.contains("Nothing is due"), "\(left.text)")
  }

  @Test(arguments: ["text", "json"])
  func aServiceGoesOnWhereNobodyReadsItsResults(format: String) async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "t0ken", "expires_in": 5}"#)
    }
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    // A pipe whose last reader is gone before the first result.
    let script = #"mkfifo pipe && exec 4<>pipe && exec >pipe 4<&- && rm pipe && exec "$0" "$@""#
    let running = try RunningProgram(
      test.sandbox, ["refresh", "--watch", "-o", format], under: ["/bin/sh", "-c", script])
    try await running.waitForErrors("warning[VC1217]: nobody reads the output any more")
    let calls = server.calls.count
    try await eventually("further renewals") { server.calls.count > calls + 1 }
    running.end()
    let ended = try await running.finished()
    #expect(ended.status == 0)
    #expect(ended.errorText.components(separatedBy: "VC1217").count == 2, "\(ended.errorText)")
  }

  /// It is a proper end, which `Restart=on-failure` would leave at that.
  @Test func aHangupEndsAServiceThatItsUnitStartsAgain() async throws {
    let server = try await server()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let running = try RunningProgram(test.sandbox, ["refresh", "--watch"])
    try await running.waitForOutput("robot  renewed")
    running.send(SIGHUP)
    #expect(try await running.finished().status == 0)
    let unit = try Documentation.file("examples/service/vaultctl-refresh.service")
    let lines = unit.split(separator: "\n")
    #expect(lines.contains("Restart=always") && lines.contains("StartLimitIntervalSec=0"))
  }

  /// As systemd does it: sd_notify(3).
  @Test(arguments: [false, true])
  func theServiceManagerIsNotified(isAbstract: Bool) async throws {
    let server = try await server()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    let scratch = try TemporaryFolder()
    let name =
      isAbstract ? "@vaultctl-\(UUID().uuidString)" : scratch.path + "/notify"
    let socket = try NotificationSocket(name)
    let running = try RunningProgram(
      test.sandbox, ["refresh", "--watch"],
      environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "4000000"])
    let first = try socket.message()
    #expect(first.hasPrefix("READY=1\nSTATUS="))
    // A token that takes longer than a moment is in the next status.
    var status = first
    while !status.hasSuffix("STATUS=1 of 1 connections have a valid token") {
      status = try socket.message()
    }
    // It keeps saying that it is alive, in less than the time that it has.
    let start = ContinuousClock.now
    var times = 0
    while times < 3 { if try socket.message() == "WATCHDOG=1" { times += 1 } }
    #expect(ContinuousClock.now - start < .seconds(12))
    running.end()
    #expect(try await running.finished().status == 0)
    var last = try socket.message()
    while last != "STOPPING=1" { last = try socket.message() }
    #expect(socket.rest() == [], "it is the last one")
  }

  @Test func theLogIsJSONLines() async throws {
    struct Line: Decodable {
      let time: String
      let level: String
      let code: String?
      let message: String
      let connection: String?
    }
    let sandbox = try Sandbox()
    try sandbox.writeProject(
      extra: "store: {type: openbao, address: \"http://127.0.0.1:9\"}")
    let running = try RunningProgram(
      sandbox, ["refresh", "--watch", "--log-format", "json"],
      environment: ["BAO_TOKEN": "x"])
    try await running.waitForErrors("\n")
    running.end()
    let errors = try await running.finished().errorText
    let lines = try errors.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
    let line = try #require(lines.first)
    #expect(line.level == "error" && line.code == "VC4001")
    #expect(line.time.hasSuffix("Z") && line.message.hasPrefix("the store openbao"))
    // The same is not said each time.
    #expect(lines.count { $0.code == "VC4001" } == 1)
  }

  /// A connection in two environments, each with a store of its own.
  private func twoEnvironments(_ server: String) async throws -> TokenSandbox {
    let test = try TokenSandbox(
      server: server,
      project: """
        environments:
          staging: {store: {type: sqlite, path: .vaultctl/staging.db}, overlay: env/staging}
          prod: {store: {type: sqlite, path: .vaultctl/prod.db}, overlay: env/prod}
        """)
    try test.declare("robot", app: "machine", id: "machine", secret: "s3cret")
    try await test.expectFine(["encrypt"])
    for environment in ["staging", "prod"] {
      try await test.expectFine(["apply", "--auto-approve", "--env", environment])
    }
    return test
  }

  @Test func whatNeedsAPersonNamesItsEnvironment() async throws {
    let server = try await server()
    let test = try await twoEnvironments(server.address)
    try test.declare("crm", app: "crm", id: "web", secret: "s3cret")
    try await test.expectFine(["encrypt"])
    try await test.expectFine(["apply", "--auto-approve", "--env", "prod"])
    let asked = try await test.vaultctl(["refresh", "crm", "--env", "prod"])
    #expect(asked.status == 1)
    #expect(asked.errorText.contains("`crm` in `prod` needs authorization"), "\(asked.errorText)")
    #expect(asked.errorText.contains("authorize it: vaultctl authorize crm --env prod"))
  }

  /// What was renewed elsewhere is still shown, and what could not be used is not called fine.
  @Test(arguments: [
    (["staging"], "partly"), (["prod"], "partly"), (["staging", "prod"], "failed"),
  ])
  func anUnusableStoreStopsNoOtherEnvironment(
    _ damaged: [String], _ result: String
  ) async throws {
    let server = try await server()
    let test = try await twoEnvironments(server.address)
    for environment in damaged {
      for suffix in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(
          atPath: test.sandbox.folder.path + "/.vaultctl/\(environment).db\(suffix)")
      }
      try test.sandbox.write("not a store\n", to: ".vaultctl/\(environment).db")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o600],
        ofItemAtPath: test.sandbox.folder.path + "/.vaultctl/\(environment).db")
    }
    let finished = try await test.vaultctl(["refresh", "--env", "all"])
    #expect(finished.status == (result == "partly" ? 4 : 1), "\(finished.errorText)")
    #expect(finished.text.contains("robot") == (result == "partly"), "\(finished.text)")
    #expect(!finished.text.contains("Nothing is due"))
    for environment in damaged {
      #expect(finished.errorText.contains("\(environment).db"), "\(finished.errorText)")
    }
  }

  /// One that renews its own tokens is none of ours; one that cannot be built is a fault.
  @Test(
    arguments: [
      ("{type: auth0, domain: test.eu.auth0.com, ledger: {type: sqlite, path: l.db}}", nil),
      ("{type: openbao}", "VC4023"),
    ] as [(String, String?)])
  func aStoreThatCannotBeRenewedStopsNoOtherEnvironment(
    _ store: String, _ fault: String?
  ) async throws {
    let server = try await server()
    let test = try TokenSandbox(
      server: server.address,
      project: """
        environments:
          first: {store: \(store)}
          prod: {}
        """)
    try test.declare("robot", app: "machine", id: "machine", secret: "s3cret")
    try await test.expectFine(["encrypt"])
    try await test.expectFine(["apply", "--auto-approve", "--env", "prod"])
    let status: Int32 = fault == nil ? 0 : 4
    let once = try await test.vaultctl(["refresh", "--env", "all"])
    #expect(once.status == status, "\(once.errorText)")
    #expect(once.text.contains("robot in prod  renewed"), "\(once.text)")
    #expect(once.errorText.contains("error[") == (fault != nil), "\(once.errorText)")
    #expect(once.errorText.contains(fault ?? "Left out"), "\(once.errorText)")
    let path = test.sandbox.folder.path + "/vaultctl.prom"
    let running = try RunningProgram(
      test.sandbox, ["refresh", "--watch", "--env", "all", "--metrics-file", path])
    try await eventually("the other one is served") {
      metric("connections", in: test.sandbox)[#"environment="prod",state="ready""#] == "1"
    }
    let unusable = metric("environment_unusable", in: test.sandbox)
    #expect(unusable[#"environment="prod""#] == "0")
    #expect(unusable[#"environment="first""#] == (fault == nil ? nil : "1"))
    running.end()
    #expect(try await running.finished().status == status)
    // By itself it is refused.
    let alone = try await test.vaultctl(["refresh", "--env", "first"])
    #expect(alone.status == 1, "\(alone.errorText)")
  }

  /// It is the first one, and waits for a response that does not come.
  @Test func aStoreThatDoesNotRespondHoldsUpNoOtherEnvironment() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "t0ken", "expires_in": 5}"#)
    }
    let isReleased = Mutex(false)
    let silent = try await HostileServer { _ in
      try? await eventually("it is released") { isReleased.withLock { $0 } }
      return .body("{}")
    }
    let test = try TokenSandbox(
      server: server.address,
      project: """
        environments:
          silent: {store: {type: openbao, address: "\(silent.address)"}}
          staging: {}
        """)
    try test.declare("robot", app: "machine", id: "machine", secret: "s3cret")
    try await test.expectFine(["encrypt"])
    try await test.expectFine(["apply", "--auto-approve", "--env", "staging"])
    let running = try RunningProgram(
      test.sandbox, ["refresh", "--watch", "--env", "all"], environment: ["BAO_TOKEN": "x"])
    try await eventually("both are begun") { !silent.calls.isEmpty && !server.calls.isEmpty }
    let (count, renewals) = (silent.calls.count, server.calls.count)
    try await eventually("it is renewed") { server.calls.count >= renewals + 3 }
    #expect(silent.calls.count < count + 3, "no renewal waited for a pass of the other one")
    isReleased.withLock { $0 = true }
    running.end()
    #expect(try await running.finished().status == 0)
  }

  @Test func allEnvironmentsAreServed() async throws {
    let server = try await server()
    let test = try await twoEnvironments(server.address)
    let once = try await test.vaultctl(["refresh", "--env", "all"])
    #expect(once.status == 0, "\(once.errorText)")
    #expect(once.text.contains("robot in staging  renewed"), "\(once.text)")
    #expect(once.text.contains("robot in prod     renewed"), "\(once.text)")
    let document = try await test.vaultctl(["refresh", "robot", "--env", "all", "-o", "json"])
    for environment in ["staging", "prod"] {
      #expect(document.text.contains(#""environment" : "\#(environment)""#), "\(document.text)")
    }
    let path = test.sandbox.folder.path + "/vaultctl.prom"
    let running = try RunningProgram(
      test.sandbox, ["refresh", "--watch", "--env", "all", "--metrics-file", path])
    try await eventually("both were looked at") {
      metric("last_success_timestamp_seconds", in: test.sandbox).count == 2
    }
    let states = metric("connections", in: test.sandbox)
    for environment in ["staging", "prod"] {
      #expect(states["environment=\"\(environment)\",state=\"ready\""] == "1", "\(states)")
    }
    running.end()
    _ = try await running.finished()
  }
}
