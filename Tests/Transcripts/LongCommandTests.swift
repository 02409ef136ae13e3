import Foundation
import Glibc
import Synchronization
import TestAuthorizationServer
import TestSupport
import Testing

/// Commands that run for longer than their tokens last.
@Suite struct LongCommandTests {
  /// Tokens `t1`, `t2` and so on, which last for some seconds.
  private func server(
    beforeAnswer: @escaping @Sendable (_ number: Int) async -> Void = { _ in }
  ) async throws -> HostileServer {
    try await HostileServer { call in
      await beforeAnswer(call.number)
      return .body(#"{"access_token": "t\#(call.number)", "expires_in": 8, "scope": "read"}"#)
    }
  }

  private func sandbox(_ server: HostileServer) async throws -> TokenSandbox {
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    return test
  }

  private func start(
    _ test: TokenSandbox, _ options: [String], _ script: String
  ) throws -> RunningProgram {
    try RunningProgram(
      test.sandbox, ["exec", "robot"] + options + ["--", "/bin/sh", "-c", script])
  }

  /// The number of a token; the tokens of others are not known.
  private func numbers(_ text: String) -> [Int] {
    text.split(whereSeparator: \.isWhitespace).compactMap {
      $0.hasPrefix("t") ? Int($0.dropFirst()) : nil
    }
  }

  /// It never sees a part of a value, or none.
  @Test func theCommandReadsTheNewTokenFromTheSameFile() async throws {
    let server = try await server()
    let test = try await sandbox(server)
    let script = """
      first=$(cat "$ROBOT_ACCESS_TOKEN")
      while :; do
        now=$(cat "$ROBOT_ACCESS_TOKEN") || exit 9
        case $now in "$first") sleep 0.01;; t?*) break;; *) exit 8;; esac
      done
      echo "$first $now"; stat -c %a "$ROBOT_ACCESS_TOKEN"; ls -A "${ROBOT_ACCESS_TOKEN%/*}"; exit 5
      """
    let ended = try await start(test, ["--files"], script).finished()
    #expect(ended.status == 5, "\(ended.text)\(ended.errorText)")
    let found = numbers(ended.text)
    #expect(found.count == 2 && found[0] < found[1], "\(ended.text)")
    #expect(ended.text.contains("\n400\n") && !ended.text.contains(".new"))
  }

  @Test(arguments: [[], ["--refresh-signal", "USR1"]])
  func theCommandIsSentASignal(_ options: [String]) async throws {
    let server = try await server()
    let test = try await sandbox(server)
    let script = """
      first=$(cat "$ROBOT_ACCESS_TOKEN")
      trap 'echo "$first $(cat "$ROBOT_ACCESS_TOKEN")"; exit 6' \(options.isEmpty ? "HUP" : "USR1")
      while :; do sleep 0.1; done
      """
    let ended = try await start(
      test, ["--files", "--on-refresh", "signal"] + options, script
    ).finished()
    #expect(ended.status == 6, "\(ended.text)\(ended.errorText)")
    let found = numbers(ended.text)
    #expect(found.count == 2 && found[0] < found[1], "\(ended.text)")
  }

  @Test(arguments: [true, false])
  func theCommandIsStartedAgain(inFiles: Bool) async throws {
    let server = try await server()
    let test = try await sandbox(server)
    let token = inFiles ? #"$(cat "$ROBOT_ACCESS_TOKEN")"# : "$ROBOT_ACCESS_TOKEN"
    let script = """
      echo "\(token)"; [ -e again ] && exit 7; touch again; exec sleep 1000
      """
    let options = ["--on-refresh", "restart"] + (inFiles ? ["--files"] : [])
    let ended = try await start(test, options, script).finished()
    #expect(ended.status == 7, "\(ended.text)\(ended.errorText)")
    let found = numbers(ended.text)
    #expect(found.count == 2 && found[0] < found[1], "\(ended.text)")
  }

  @Test func aSignalEndsTheCommandAndIsNotTakenForARestart() async throws {
    let server = try await server()
    let test = try await sandbox(server)
    let running = try start(
      test, ["--files", "--on-refresh", "restart"],
      "echo \"$ROBOT_ACCESS_TOKEN\"; echo up >&2; exec sleep 1000")
    try await running.waitForErrors("up")
    running.send(SIGTERM)
    let ended = try await running.finished()
    #expect(ended.status == 128 + SIGTERM, "\(ended.errorText)")
    let file = ended.text.split(separator: "\n").first.map(String.init) ?? ""
    #expect(!file.isEmpty && !FileManager.default.fileExists(atPath: file))
  }

  @Test func aRenewalUnderWayIsSavedWhenTheCommandEnds() async throws {
    let isReleased = Mutex(false)
    let server = try await server { number in
      guard number > 1 else { return }
      try? await eventually("it is released") { isReleased.withLock { $0 } }
    }
    let test = try await sandbox(server)
    let running = try start(
      test, ["--files"], "while [ ! -e over ]; do sleep 0.05; done; echo over >&2; exit 3")
    try await eventually("the renewal") { server.calls.count >= 2 }
    try test.sandbox.write("", to: "over")
    try await running.waitForErrors("over")
    isReleased.withLock { $0 = true }
    let ended = try await running.finished()
    #expect(ended.status == 3, "\(ended.errorText)")
    #expect(try test.sql("SELECT count(*) FROM event WHERE what = 'token minted'") == "2")
  }

  @Test(
    arguments: [
      ["--on-refresh", "signal"], ["--refresh-signal", "HUPP", "--files"],
      ["--on-refresh", "restart", "--refresh-signal", "USR1"], ["--on-refresh", "nothing"],
    ])
  func wrongOptionsAreWrongUsage(_ options: [String]) throws {
    let refused = try Sandbox().vaultctl(["exec", "robot"] + options + ["--", "/bin/true"])
    #expect(refused.status == 64, "\(refused.errorText)")
  }
}
