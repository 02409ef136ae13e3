import Foundation
import Synchronization
import TestAuthorizationServer
import TestSupport
import Testing

/// Signals while a person is waited for, and while the service works.
@Suite(.serialized) struct InterruptedAuthorizationTests {
  private static let tokens =
    #"{"access_token": "kAnArIeAcCeSs", "refresh_token": "kAnArIeReFrEsH", "expires_in": 3600}"#
  private static let code =
    #"{"device_code": "d", "user_code": "ABCD", "verification_uri": "http://127.0.0.1/", "interval": 300}"#

  private func sandbox(_ server: HostileServer) async throws -> TokenSandbox {
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    return test
  }

  /// Gives the consent that the command waits for.
  private func consent(_ running: RunningProgram) async throws {
    try await running.waitForErrors("state=")
    let redirect = try #require(running.errors.firstMatch(of: /redirect_uri=([^&\s]+)/))
    let state = try #require(running.errors.firstMatch(of: /state=([^&\s]+)/))
    let url = try #require(String(redirect.1).removingPercentEncoding)
    let answer = "\(url)?code=c0de&state=\(state.1)"
    _ = try await apart { try run("/usr/bin/curl", ["-s", answer]) }
  }

  @Test(arguments: [["authorize", "crm"], ["authorize", "crm", "--device"]])
  func nothingIsRequestedAfterASignal(_ arguments: [String]) async throws {
    let server = try await HostileServer { _ in .body(Self.code) }
    let test = try await sandbox(server)
    let running = try RunningProgram(test.sandbox, arguments)
    try await running.waitForErrors(arguments.count == 3 ? "ABCD" : "state=")
    running.send(SIGTERM)
    let ended = try await running.finished()
    #expect(ended.status == 130, "\(ended.errorText)")
    #expect(ended.errorText.contains("error[VC4080]: interrupted by a signal; `crm` was not"))
    #expect(!server.calls.contains { $0.path == "/o/token/" })
  }

  @Test func theTokensOfAnExchangeUnderWayAreSaved() async throws {
    let isReleased = Mutex(false)
    let server = try await HostileServer { _ in
      try? await eventually("it is released") { isReleased.withLock { $0 } }
      return .body(Self.tokens)
    }
    let test = try await sandbox(server)
    let running = try RunningProgram(test.sandbox, ["authorize", "crm"])
    try await consent(running)
    try await eventually("the exchange") { !server.calls.isEmpty }
    try await running.sendAndSettle(SIGINT)
    isReleased.withLock { $0 = true }
    let ended = try await running.finished()
    #expect(ended.status == 0, "\(ended.errorText)")
    let read = try await test.vaultctl(["exec", "crm", "--", "printenv", "CRM_ACCESS_TOKEN"])
    #expect(read.text == "kAnArIeAcCeSs\n", "\(read.errorText)")
  }

  @Test func whatIsNoLongerInTheStoreIsRevokedInSpiteOfASignal() async throws {
    let server = try await HostileServer { _ in .body(Self.tokens) }
    let test = try await sandbox(server)
    let authorizing = try RunningProgram(test.sandbox, ["authorize", "crm"])
    try await consent(authorizing)
    #expect(try await authorizing.finished().status == 0)
    let isReleased = Mutex(false)
    server.answer { _ in
      try? await eventually("it is released") { isReleased.withLock { $0 } }
      return .body("{}")
    }
    let running = try RunningProgram(test.sandbox, ["revoke", "crm"])
    try await eventually("the revocation") {
      server.calls.contains { $0.path == "/o/revoke_token/" }
    }
    try await running.sendAndSettle(SIGTERM)
    isReleased.withLock { $0 = true }
    let ended = try await running.finished()
    #expect(ended.status == 0, "\(ended.errorText)")
    let revoked = server.calls.filter { $0.path == "/o/revoke_token/" }.compactMap {
      $0.form["token"]
    }
    #expect(revoked == ["kAnArIeReFrEsH", "kAnArIeAcCeSs"])
  }
}
