import Foundation
import Synchronization
import TestAuthorizationServer
import TestOpenBao
import TestSupport
import Testing

@Suite(.serialized) struct TokenCrashTests {
  /// A connection that a person consented to, as far as the service is concerned.
  ///
  /// - Parameter project: more of the project file.
  private func authorized(
    _ service: RotatingService, project: String = ""
  ) async throws -> TokenSandbox {
    let test = try TokenSandbox(
      server: service.server.address, oauth: ["refresh: {rotation: always}"], project: project)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    try await test.consent(["crm"])
    return test
  }

  /// Killed at every call by which something comes to the disk, from the claim to the cleared journal:
  /// the connection renews afterwards, and no token is presented twice.
  @Test func aRefreshKilledAtAnyPointDoesNotLoseTheNewToken() async throws {
    let service = try await RotatingService()
    let test = try await authorized(service)
    var kills = 0
    var afterTheAnswer = 0
    for call in ["fsync", "fdatasync", "rename", "unlink", "pwrite64"] {
      for number in 1...40 {
        // So near its end, a token in doubt is presented again at once.
        try test.makeDue(seconds: 30)
        let before = service.given
        let tracer = Sandbox.killing(at: call, number)
        let killed = try await RunningProgram(test.sandbox, ["refresh"], under: tracer).finished()
        if killed.status == 0 {
          #expect(service.given == before + 1, "\(killed.text)\(killed.errorText)")
          break
        }
        kills += 1
        if service.given > before { afterTheAnswer += 1 }
        // A claim whose holder is dead is waited for; here its time is over at once.
        try test.endClaims()
        let next = try await test.vaultctl(["refresh"])
        try #require(next.status == 0, "\(call) \(number): \(next.text)\(next.errorText)")
        #expect(!service.isDead, "\(call) \(number): a spent token was presented again")
        #expect(service.given == before + 1, "\(call) \(number)")
      }
    }
    // How many calls strace counts for a thread differs from run to run.
    #expect(kills > 15 && afterTheAnswer > 2, "\(kills) kills, \(afterTheAnswer) after the answer")
    #expect(try await test.vaultctl(["refresh", "crm"]).status == 0)
    let journal = test.sandbox.folder.path + "/.vaultctl/answers"
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: journal).allSatisfy {
        !$0.hasSuffix(".answer")
      })
  }

  /// Its folder cannot be made: what is renewed meanwhile would be lost with its process.
  @Test func aJournalThatCannotBeWrittenIsReportedBeforeAnythingIsLost() async throws {
    let service = try await RotatingService()
    let test = try await authorized(service)
    try test.breakJournal()
    try test.makeDue()
    let finished = try await test.vaultctl(["refresh"])
    #expect(finished.status == 0 && finished.text.contains("crm"), "\(finished.text)")
    #expect(finished.errorText.contains("VC5010"), "\(finished.errorText)")
    #expect(finished.errorText.contains("journal: store"), "\(finished.errorText)")
    // Where nothing is due, nothing can be lost.
    let idle = try await test.vaultctl(["refresh"])
    #expect(idle.status == 0 && idle.errorText == "", "\(idle.errorText)")
  }

  /// Between two renewals nothing is due, and the journal is not looked at.
  @Test func aServiceReportsAJournalThatCannotBeWrittenOnce() async throws {
    let service = try await RotatingService(lifetime: 5)
    let test = try await authorized(service)
    try test.breakJournal()
    let before = service.given
    let running = try RunningProgram(test.sandbox, ["refresh", "--watch"])
    try await eventually("it is renewed three times") { service.given >= before + 3 }
    running.end()
    let ended = try await running.finished()
    #expect(ended.status == 0 && !service.isDead)
    #expect(ended.errorText.components(separatedBy: "VC5010").count == 2, "\(ended.errorText)")
  }

  /// Neither the store nor the journal takes the new tokens, and their process has to end.
  @Test func lostTokensAreReportedWithBothReasons() async throws {
    let service = try await RotatingService()
    let test = try await authorized(service)
    try test.breakJournal()
    try test.makeDue()
    try test.holdSaves()
    let before = service.given
    let running = try RunningProgram(test.sandbox, ["refresh"])
    try await eventually("the request", within: .seconds(60)) { service.given > before }
    running.send(SIGTERM)
    let finished = try await running.finished()
    #expect(finished.status != 0)
    for text in [
      "error[VC5010]: the new tokens of `crm` are lost",
      "the journal next to the project file could not be written either: open ",
    ] {
      #expect(finished.errorText.contains(text), "\(finished.errorText)")
    }
  }

  /// The newest tokens are in the journal, and the store has those that are spent.
  @Test(
    arguments: [
      ["revoke", "crm"], ["apply", "--auto-approve", "--prune", "--force"], ["authorize", "crm"],
    ])
  func whatAKilledRefreshLeftIsRevokedToo(command: [String]) async throws {
    let service = try await RotatingService()
    let test = try await authorized(service)
    let journal = test.sandbox.folder.path + "/.vaultctl/answers"
    func waiting() -> Bool {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: journal)) ?? []
      return names.contains { $0.hasSuffix(".answer") }
    }
    // Killed while the store does not take the new tokens.
    try test.makeDue()
    try test.holdSaves()
    let running = try RunningProgram(test.sandbox, ["refresh"])
    try await eventually("the response is in the journal") { waiting() }
    running.kill()
    _ = try await running.finished()
    try test.change("DROP TRIGGER held")
    try test.endClaims()
    #expect(waiting())
    if command[0] == "apply" {
      try FileManager.default.removeItem(
        atPath: test.sandbox.folder.path + "/connections/crm.yaml")
    }
    let journaled = service.given
    let finished =
      command[0] == "authorize"
      ? try await test.consent(["crm"]) : try await test.vaultctl(command)
    #expect(finished.status == 0, "\(finished.text)\(finished.errorText)")
    #expect(service.revoked.contains("kAnArIeReFrEsH-\(journaled)"), "\(service.revoked)")
    #expect(!waiting())
  }

  /// On a machine without a disk: whatever was written beside the project file is gone when the next program
  /// starts, as in a new pod. Killed after each request that writes to the store.
  @Test(.timeLimit(.minutes(10))) func aRefreshKilledOnAMachineWithoutADiskLosesNoToken()
    async throws
  {
    let bao = try await BaoServer()
    defer { bao.end() }
    let proxy = try await BaoProxy(bao.root.address)
    defer { proxy.end() }
    let service = try await RotatingService()
    let test = try await authorized(
      service,
      project: """
        tokens: {journal: store}
        store:
          type: openbao
          address: \(proxy.address)
          credentialsCommand: [echo, "BAO_TOKEN=\(bao.root.token)"]
        """)
    let state = test.sandbox.folder.path + "/.vaultctl"
    var afterTheAnswer = 0
    var number = 1
    var isOver = false
    while !isOver {
      try makeDue(bao.root)
      let before = service.given
      isOver = try await !test.isKilled(["refresh"], through: proxy, at: number)
      if service.given > before, !isOver { afterTheAnswer += 1 }
      #expect(!FileManager.default.fileExists(atPath: state + "/answers"), "nothing is on the disk")
      try? FileManager.default.removeItem(atPath: state)
      try makeDue(bao.root, endsClaims: true)
      let next = try await test.vaultctl(["refresh"], isRecorded: false)
      #expect(next.status == 0, "write \(number): \(next.text)\(next.errorText)")
      #expect(!service.isDead, "write \(number): a spent token was presented again")
      let left = try bao.root.call(
        "GET", "secret/metadata/vaultctl-tokens/sandbox0sandbox0sand/journal/?list=true")
      #expect(left.status == 404, "write \(number): \(left.text)")
      number += 1
    }
    #expect(
      number > 6 && afterTheAnswer > 2, "\(number) writes, \(afterTheAnswer) after the answer")
  }

  /// The signal arrives while the service works on the request of `exec`.
  @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
  func aSignalDuringTheRefreshOfExecIsObeyedAfterTheSave(signal: Int32) async throws {
    let isHeld = Mutex(false)
    let service = try await RotatingService {
      try? await eventually("it is released") { isHeld.withLock { !$0 } }
    }
    let test = try await authorized(service)
    try test.makeDue()
    isHeld.withLock { $0 = true }
    let before = service.given
    let running = try RunningProgram(
      test.sandbox, ["exec", "crm", "--", "/bin/sh", "-c", "echo started"])
    try await eventually("the request") { service.given > before }
    try await running.sendAndSettle(signal)
    isHeld.withLock { $0 = false }
    let finished = try await running.finished()
    #expect(finished.status == 128 + signal, "\(finished.text)\(finished.errorText)")
    #expect(!finished.text.contains("started"))
    // The new refresh token is in the store: it renews, and no token is presented twice.
    try test.makeDue()
    let next = try await test.vaultctl(["refresh"])
    #expect(next.status == 0 && !service.isDead, "\(next.text)\(next.errorText)")
    #expect(service.given == before + 2)
  }

  /// Eight processes at once, fifty times: one request each time, and no token presented twice.
  @Test func eightProcessesAskOnceInFiftyRounds() async throws {
    let service = try await RotatingService()
    let test = try await authorized(service)
    try await expectOneAsks(of: test, service, rounds: 50) { try test.makeDue() }
  }

  /// Beside OpenBao as often where `VAULTCTL_TOKEN_ROUNDS` is 50.
  @Test func eightProcessesAskOnceBesideOpenBao() async throws {
    let bao = try await BaoServer()
    defer { bao.end() }
    let service = try await RotatingService()
    let test = try await authorized(
      service,
      project: """
        store:
          type: openbao
          address: \(bao.root.address)
          credentialsCommand: [echo, "BAO_TOKEN=\(bao.root.token)"]
        """)
    let rounds = Int(ProcessInfo.processInfo.environment["VAULTCTL_TOKEN_ROUNDS"] ?? "") ?? 10
    try await expectOneAsks(of: test, service, rounds: rounds) { try makeDue(bao.root) }
    #expect(!service.isDead)
  }

  /// Moves the end of the kept token to where one in doubt is presented again, by the engine's own means.
  private func makeDue(_ root: BaoClient, endsClaims: Bool = false) throws {
    let path = "secret/data/vaultctl-tokens/sandbox0sandbox0sand/refresh/crm"
    let found = try root.call("GET", path)
    var data = try #require(found.value("data", "data", as: [String: String].self))
    let version = try #require(found.value("data", "metadata", "version", as: Int.self))
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let text = try #require(data["record"])
    var record = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    var tokens = try #require(record["tokens"] as? [String: Any])
    tokens["expiry"] = ["at": ["_0": now + 30_000]]
    tokens["issuedAt"] = now - 3_600_000
    record["tokens"] = tokens
    if endsClaims, var claim = record["claim"] as? [String: Any] {
      claim["deadline"] = 0
      record["claim"] = claim
    }
    data["record"] = String(
      decoding: try JSONSerialization.data(withJSONObject: record), as: UTF8.self)
    try root.order("POST", path, ["options": ["cas": version], "data": data])
  }

  private func expectOneAsks(
    of test: TokenSandbox, _ service: RotatingService, rounds: Int,
    makeDue: @escaping @Sendable () throws -> Void
  ) async throws {
    for round in 1...rounds {
      try await apart(makeDue)
      let before = service.given
      let finished = try await withThrowingTaskGroup(of: Finished.self) { group in
        for _ in 0..<8 {
          group.addTask { try await RunningProgram(test.sandbox, ["refresh"]).finished() }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for one in finished {
        #expect(one.status == 0, "round \(round): \(one.text)\(one.errorText)")
      }
      #expect(service.given == before + 1, "round \(round)")
      #expect(!service.isDead)
    }
  }

  /// No token is anywhere but in the store, sealed: not in any output, in the journal, in any file.
  @Test func noTokenIsPrintedOrLeftInAFile() async throws {
    let watcher = CommandLineWatcher(["kAnArIe"])
    watcher.start()
    defer { watcher.end() }
    let service = try await RotatingService(lifetime: 1)
    let test = try await authorized(service)
    var printed: [Finished] = []
    for arguments in [
      ["refresh", "crm"], ["refresh", "-vvv", "crm"], ["refresh", "crm", "--format", "json"],
      ["status"], ["show", "crm"], ["plan"], ["plan", "--format", "json"], ["revoke", "crm"],
    ] {
      printed.append(try await test.vaultctl(arguments))
    }
    service.server.answer { call in
      // What was sent is echoed by a service that means it well.
      .body(
        #"{"error": "invalid_grant", "error_description": "\#(call.form["refresh_token"] ?? "")"}"#,
        status: 400)
    }
    printed.append(try await test.vaultctl(["refresh", "crm"]))
    for finished in printed {
      #expect(!finished.text.contains("kAnArIe") && !finished.errorText.contains("kAnArIe"))
    }
    try await watcher.expectNoFinds()
    for name in try FileManager.default.subpathsOfDirectory(atPath: test.sandbox.folder.path) {
      let path = test.sandbox.folder.path + "/" + name
      guard let bytes = FileManager.default.contents(atPath: path) else { continue }
      #expect(bytes.range(of: Data("kAnArIe".utf8)) == nil, "\(name)")
    }
  }
}

extension TokenSandbox {
  /// Lets the store take claims, and no new tokens.
  fileprivate func holdSaves() throws {
    try change(
      """
      CREATE TRIGGER held BEFORE UPDATE ON token WHEN NEW.access IS NOT OLD.access
      BEGIN SELECT RAISE(ABORT, 'held'); END
      """)
  }

  /// Lets no response be journaled.
  fileprivate func breakJournal() throws {
    let journal = sandbox.folder.path + "/.vaultctl/answers"
    try FileManager.default.removeItem(atPath: journal)
    try FileManager.default.createSymbolicLink(
      atPath: journal, withDestinationPath: sandbox.folder.path + "/none/answers")
  }

  /// The time of all claims is over.
  func endClaims() throws {
    try change(
      """
      UPDATE token SET record = json_set(record, '$.claim.deadline', 0)
      WHERE json_extract(record, '$.claim') IS NOT NULL
      """)
  }
}
