import Foundation
import TestSupport
import Testing

@Suite struct WatchTests {
  private func apply(_ token: String, in sandbox: Sandbox) async throws {
    try sandbox.write(httpManifest("crm", token: token), to: "connections/crm.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      let status = try await apart { try sandbox.vaultctl(arguments).status }
      #expect(status == 0)
    }
  }

  @Test func aNameThatNoConnectionHasIsAnError() async throws {
    let sandbox = try Sandbox()
    try await apply("one", in: sandbox)
    let ended = try await RunningProgram(sandbox, ["watch", "crm", "nobody"]).finished()
    #expect(ended.status == 1 && ended.text.contains("VC4013"))
    #expect(ended.errorText.contains("error[VC4013]: the store has no connection `nobody`"))
  }

  /// The command of the first event takes for ever.
  @Test func aCommandThatTakesLongHoldsUpNoEvent() async throws {
    let sandbox = try Sandbox()
    try await apply("one", in: sandbox)
    let watching = try RunningProgram(
      sandbox, ["watch", "crm", "--exec", "echo began >&2; exec sleep 1000"])
    try await watching.waitForErrors("Watching")
    try await apply("two", in: sandbox)
    try await watching.waitForErrors("began")
    try await apply("three", in: sandbox)
    try await eventually("the second event") {
      watching.output.split(separator: "\n").count == 2
    }
    watching.end()
    let ended = try await watching.finished()
    #expect(ended.status == 0, "\(ended.errorText)")
    #expect(ended.errorText.components(separatedBy: "began").count == 2, "one at a time")
    let times = ended.text.split(separator: "\n").compactMap { line in
      line.firstMatch(of: /"at":"([^"]+)"/).map { String($0.1) }
    }
    #expect(times.count == 2 && times == times.sorted())
  }

  @Test(arguments: ["json", "text"])
  func whatACommandSaysIsNoPartOfTheEvents(format: String) async throws {
    let sandbox = try Sandbox()
    try await apply("one", in: sandbox)
    let watching = try RunningProgram(
      sandbox, ["watch", "-o", format, "--exec", "echo said by a command"])
    try await watching.waitForErrors("Watching")
    try await apply("two", in: sandbox)
    try await watching.waitForErrors("said by a command")
    watching.end()
    let ended = try await watching.finished()
    let lines = ended.text.split(separator: "\n")
    #expect(lines.count == 1 && lines.allSatisfy { $0.contains("applied") }, "\(ended.text)")
    if format == "json" {
      for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }
  }

  /// Neither it nor what it started is left: where both ignore the end, where the shell obeys, and where the
  /// other is no longer its child.
  @Test(arguments: [
    "trap '' TERM; sleep 300 & echo \"began $! $$\" >&2; wait; wait",
    "(trap '' TERM; exec sleep 300) & echo \"began $! $$\" >&2; wait",
    "id=$(sh -c 'trap \"\" TERM; sleep 300 >&2 & echo $!'); echo \"began $id $$\" >&2; exec sleep 300",
  ])
  func aCommandThatIgnoresTheEndIsKilled(command: String) async throws {
    let sandbox = try Sandbox()
    try await apply("one", in: sandbox)
    let watching = try RunningProgram(sandbox, ["watch", "--exec", command])
    try await watching.waitForErrors("Watching")
    try await apply("two", in: sandbox)
    try await eventually("began") { watching.errors.contains(/began \d+ \d+\n/) }
    let began = try #require(watching.errors.firstMatch(of: /began (\d+) (\d+)/))
    let processes = try [began.1, began.2].map {
      try #require(Int32($0).flatMap { ObservedProcess($0) })
    }
    watching.end()
    let ended = try await watching.finished()
    #expect(ended.status == 0, "\(ended.errorText)")
    for process in processes {
      try await eventually("the end of \(process.id)", within: .seconds(30)) {
        !process.isRunning
      }
    }
  }
}
