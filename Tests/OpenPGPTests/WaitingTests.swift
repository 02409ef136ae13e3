import Foundation
import Glibc
import OpenPGP
import TestSupport
import Testing

/// gpg, its agent and a pinentry that do not answer, or have nobody to ask.
@Suite struct WaitingTests {
  let home: GPGHome

  init() throws {
    home = try GPGHome()
  }

  private func engine(asks: Bool, deadline: Duration? = nil) -> PGPEngine {
    PGPEngine(GPGSettings(home: home.path, isInteractive: asks, deadline: deadline))
  }

  private func requests(_ count: Int, for key: String) throws -> [OpenRequest] {
    try (0..<count).map { index in
      let armored = try home.gpg(
        [
          "--armor", "--trust-model", "always", "--set-filename", "binding", "-r", key, "--encrypt",
        ], input: Data("value \(index)".utf8)
      ).text
      return OpenRequest(armored: armored, binding: "binding")
    }
  }

  private func fault(
    of request: OpenRequest, _ openPGP: PGPEngine
  ) async throws -> OpenError? {
    switch try #require(try await openPGP.open([request]).first) {
    case .success: return nil
    case .failure(let fault): return fault
    }
  }

  /// What waits is counted: the pinentry is asked by the lanes that were under way, and by no other.
  @Test func aBatchWaitsForOneDeadline() async throws {
    let alice = try home.makeKey("Alice", passphrase: "hush")
    let requests = try requests(24, for: alice)
    try home.usePinentry(answering: nil)
    try home.launchAgent()
    // Time in which the pinentry starts and notes that it was asked, on a slow machine too.
    let deadline = Duration.seconds(5)
    let openPGP = engine(asks: true, deadline: deadline)
    let opened = try await openPGP.open(requests)
    for result in opened {
      guard case .failure(.deadlineExceeded(deadline)) = result else {
        Issue.record("\(result)")
        continue
      }
    }
    #expect((1...4).contains(home.pinentryCount()))
    // Nor is anything else asked afterwards.
    await #expect(throws: GPGUnavailable.self) { try await openPGP.secretKeys() }
  }

  @Test func aStoppedAgentIsReported() async throws {
    _ = try home.makeKey("Alice")
    let answer = try run(
      "/usr/bin/gpg-connect-agent", ["--homedir", home.path, "GETINFO pid", "/bye"])
    let pid = try #require(
      answer.text.split(separator: "\n").first?.split(separator: " ").last.flatMap { pid_t($0) })
    try #require(kill(pid, SIGSTOP) == 0)
    defer { kill(pid, SIGCONT) }
    let openPGP = engine(asks: true, deadline: .seconds(1))
    for _ in 0..<2 {
      let error = await #expect(throws: GPGUnavailable.self) { try await openPGP.secretKeys() }
      #expect(error?.isStalled == true)
      #expect(error?.reason == "gpg or its agent did not answer within 1 seconds")
    }
  }

  /// Whether gpg may ask has nothing to do with this process' streams: tests have no terminal.
  @Test func gpgAsksByItsOwnRules() async throws {
    let alice = try home.makeKey("Alice", passphrase: "hush")
    let request = try requests(1, for: alice)[0]
    try home.usePinentry(answering: "hush")
    #expect(try await fault(of: request, engine(asks: false)) == .agentUnavailable)
    #expect(home.pinentryCount() == 0)
    #expect(try await fault(of: request, engine(asks: true)) == nil)
    try home.usePinentry(answering: "wrong")
    #expect(try await fault(of: request, engine(asks: true)) == .wrongPassphrase)
  }

  @Test func aCardThatIsNotInSaysSo() async throws {
    let alice = try home.makeKey("Alice")
    let request = try requests(1, for: alice)[0]
    let serial = "D2760001240103040006123456780000"
    try home.moveSubkeyToCard(of: alice, serial: serial)
    #expect(
      try await fault(of: request, engine(asks: false)) == .cardUnavailable(serial: serial))
  }
}
