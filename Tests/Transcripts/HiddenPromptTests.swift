import Foundation
import TestSupport
import Testing

/// Whatever ends a hidden prompt, the terminal shows again what is typed.
@Suite struct HiddenPromptTests {
  private func prompt() async throws -> (session: TerminalSession, terminal: String, Sandbox) {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "x"), to: "connections/a.yaml")
    let session = try TerminalSession(sandbox, ["set", "a", "token"])
    try await session.waitForScreen("input is hidden")
    let terminal = try session.terminal()
    // What is typed as soon as the prompt is there must neither be shown nor be lost.
    #expect(TerminalSession.echoes(terminal) == false)
    return (session, terminal, sandbox)
  }

  @Test(arguments: [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGVTALRM, SIGPROF,
  ])
  func aSignalRestoresEcho(_ number: Int32) async throws {
    let (session, terminal, sandbox) = try await prompt()
    session.signal(number)
    try await session.waitForEnd()
    #expect(session.status == 128 + number, "it ends of the signal")
    #expect(TerminalSession.echoes(terminal) == true)
    #expect(try sandbox.read("connections/a.yaml") == httpManifest("a", token: "x"))
  }

  @Test(arguments: [("\u{3}", 128 + SIGINT), ("\u{1C}", 128 + SIGQUIT)])
  func aKeyRestoresEcho(_ key: String, _ status: Int32) async throws {
    let (session, terminal, _) = try await prompt()
    try session.type("hal" + key)
    try await session.waitForEnd()
    #expect(session.status == status && TerminalSession.echoes(terminal) == true)
    #expect(!session.screen.contains("hal"))
  }

  /// The first one caught the same signals.
  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalEndsTheSecondPrompt(_ number: Int32) async throws {
    let sandbox = try Sandbox()
    let session = try TerminalSession(sandbox, ["new", "mail", "--app", "mailjet"])
    try await session.waitForScreen("api_key (input is hidden)")
    let terminal = try session.terminal()
    try await eventually("echo off") { TerminalSession.echoes(terminal) == false }
    try session.type("one-4711\n")
    try await session.waitForScreen("secret_key (input is hidden)")
    try await eventually("echo off") { TerminalSession.echoes(terminal) == false }
    session.signal(number)
    try await session.waitForEnd()
    #expect(session.status == 128 + number, "it ends of the signal")
    #expect(TerminalSession.echoes(terminal) == true)
  }

  @Test func aLineEndsThePrompt() async throws {
    let (session, terminal, sandbox) = try await prompt()
    try session.type("typed-4711\n")
    try await session.waitForEnd()
    #expect(session.status == 0 && TerminalSession.echoes(terminal) == true, "\(session.screen)")
    #expect(!session.screen.contains("typed-4711"))
    #expect(try sandbox.vaultctl(["decrypt", "a", "token"]).text == "typed-4711")
  }

  /// While it is suspended, the shell has the terminal.
  @Test func aSuspendedPromptIsShownAgain() async throws {
    let (session, terminal, sandbox) = try await prompt()
    try session.type("\u{1A}")
    try await eventually("echo while it is suspended") { TerminalSession.echoes(terminal) == true }
    let id = try #require(session.id)
    try await eventually("stopped") {
      try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8).contains(") T ")
    }
    #expect(TerminalSession.echoes(terminal) == true)
    session.signal(SIGCONT)
    try await eventually("echo off again") { TerminalSession.echoes(terminal) == false }
    try session.type("typed-0815\n")
    try await session.waitForEnd()
    #expect(session.status == 0 && TerminalSession.echoes(terminal) == true)
    #expect(try sandbox.vaultctl(["decrypt", "a", "token"]).text == "typed-0815")
  }

  @Test func aClosedTerminalEndsIt() async throws {
    let (session, _, sandbox) = try await prompt()
    let program = try #require(session.id.flatMap { ObservedProcess($0) })
    session.close()
    try await eventually("the end") { !program.isRunning }
    #expect(try sandbox.read("connections/a.yaml") == httpManifest("a", token: "x"))
  }

  /// It must not end in a file when the program crashes.
  @Test func memoryIsNotDumped() async throws {
    let (session, _, _) = try await prompt()
    let id = try #require(session.id)
    let limits = try String(contentsOfFile: "/proc/\(id)/limits", encoding: .utf8)
    let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
    #expect(core?.split(separator: " ").dropFirst(4).first == "0", "\(core ?? "")")
  }
}
