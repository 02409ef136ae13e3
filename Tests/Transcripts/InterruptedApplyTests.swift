import Foundation
import Processes
import TestSupport
import Testing

/// Applies that are killed, and applies at the same time.
@Suite struct InterruptedApplyTests {
  private func sandbox(connections count: Int) throws -> Sandbox {
    let sandbox = try Sandbox()
    for number in 0..<count {
      try sandbox.write(
        httpManifest("c-\(number)", token: "t0ken-\(number)"), to: "connections/\(number).yaml")
    }
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    return sandbox
  }

  /// Killed at every call by which something comes to the disk: the store can be read at once, and the
  /// next apply finishes.
  @Test(arguments: ["fdatasync", "pwrite64", "unlink"])
  func whatIsKilledIsFinishedByTheNextApply(call: String) throws {
    let sandbox = try sandbox(connections: 5)
    var kills = 0
    for number in 1...60 {
      try? FileManager.default.removeItem(atPath: sandbox.folder.path + "/.vaultctl")
      let process = try sandbox.start(
        ["apply", "--auto-approve"],
        under: [
          "/usr/bin/strace", "-qq", "-f", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
          "inject=\(call):signal=KILL:when=\(number)",
        ])
      if process.wait() == 0 { break }
      kills += 1
      let point = "killed at \(call) \(number)"
      let plan = try sandbox.vaultctl(["plan", "--detailed-exitcode"])
      #expect([0, 2].contains(plan.status), "\(point): \(plan.errorText)")
      let healed = try sandbox.vaultctl(["apply", "--auto-approve"])
      #expect(healed.status == 0, "\(point): \(healed.errorText)")
      #expect(try sandbox.vaultctl(["plan"]).text.contains("No changes. 5 connections"))
      for number in [0, 4] {
        #expect(
          try sandbox.vaultctl(["decrypt", "c-\(number)", "token"]).text == "t0ken-\(number)")
      }
    }
    #expect(kills > 0, "nothing was killed")
  }

  /// The store is made by whichever comes first; readers find it half made at no time.
  @Test func appliesAtTheSameTimeWaitForOneAnother() throws {
    let sandbox = try sandbox(connections: 10)
    for round in 1...6 {
      try? FileManager.default.removeItem(atPath: sandbox.folder.path + "/.vaultctl")
      let applies = try (0..<3).map { _ in
        try sandbox.start(["apply", "--auto-approve", "--lock-timeout", "60"])
      }
      let plans = try (0..<4).map { _ in
        usleep(40_000)
        return try sandbox.start(["plan"])
      }
      for process in applies + plans {
        #expect(process.wait() == 0, "round \(round)")
      }
      #expect(try sandbox.vaultctl(["plan"]).text.contains("No changes. 10 connections"))
      let history = try sandbox.vaultctl(["show", "c-0"]).text
      #expect(history.components(separatedBy: "  create  ").count == 2, "once: \(history)")
    }
  }

  /// Whoever is asked holds the lock while they think: another apply waits, then says who holds it.
  @Test func aHeldLockIsWaitedForAndNamed() throws {
    let sandbox = try sandbox(connections: 3)
    let person = try TerminalSession(asked: ["apply"], in: sandbox)
    #expect(try person.isAsked(for: "Only `yes` is taken"))
    let holder = try #require(person.program)
    let other = try sandbox.vaultctl(["apply", "--auto-approve", "--lock-timeout", "1"])
    #expect(other.status == 1)
    #expect(other.errorText.contains("error[VC4005]"))
    #expect(other.errorText.contains("tester@"))
    #expect(other.errorText.contains("process \(holder)"))

    #expect(try person.answers("no") == 1)
    #expect(try person.screen.contains("Nothing was applied."))
    let after = try sandbox.vaultctl(["apply", "--auto-approve", "--lock-timeout", "0"])
    #expect(after.status == 0, "\(after.errorText)")
  }
}

/// Somebody at a terminal that runs vaultctl.
private final class TerminalSession {
  private let typed = Pipe()
  private let scratch: TemporaryFolder
  private let process: ChildProcess

  /// `script` (of util-linux) is the terminal.
  init(asked arguments: [String], in sandbox: Sandbox) throws {
    scratch = try TemporaryFolder()
    try scratch.write("", to: "screen")
    let terminal = ["/usr/bin/script", "--quiet", "--flush", "--return", "/dev/null", "--command"]
    process = try sandbox.start(
      arguments, under: terminal, asOneWord: true, input: typed.fileHandleForReading,
      output: FileHandle(forWritingTo: URL(fileURLWithPath: scratch.path + "/screen")))
  }

  deinit {
    process.signal(SIGTERM)
    process.wait()
  }

  var screen: String { get throws { try scratch.read("screen") } }

  /// Waits for a question; `false` where the program ended without it.
  func isAsked(for question: String) throws -> Bool {
    while process.isRunning {
      if try screen.contains(question) { return true }
      usleep(10_000)
    }
    return false
  }

  /// The process id of the program, which the terminal started.
  var program: Int32? {
    let terminal = process.id
    let children = try? String(
      contentsOfFile: "/proc/\(terminal)/task/\(terminal)/children", encoding: .utf8)
    return (children?.split(separator: " ").first).flatMap { Int32($0) }
  }

  /// Types a line, and waits for the program's end: its exit code.
  func answers(_ line: String) throws -> Int32 {
    try typed.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    return process.wait()
  }
}
