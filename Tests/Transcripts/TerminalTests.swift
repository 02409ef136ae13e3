import Foundation
import TestSupport
import Testing

/// What people see on a terminal of a certain width, and programs in a pipe do not.
@Suite struct TerminalTests {
  /// Names of different widths, and longer than a narrow terminal.
  private static let names = [
    "billing-service-for-the-european-union-and-switzerland-production",
    "Слак", "請求書", "ok-👍🏽", "한국어", "e\u{301}tat", "🇨🇭",
  ]

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    for (number, name) in Self.names.enumerated() {
      try sandbox.write(
        "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: \"\(name)\"}\nspec: {app: slack}\n",
        to: "connections/c\(number).yaml")
    }
    return sandbox
  }

  /// The screen's lines, without the terminal's control sequences.
  private func lines(_ screen: String) -> [String] {
    screen.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "").replacing("\r\n", with: "\n")
      .split(separator: "\n").map(String.init)
  }

  @Test func tablesFitTheTerminalAndArePiped() async throws {
    let sandbox = try sandbox()
    for (arguments, columns) in [(["status"], 60), (["apps"], 40)] {
      let session = try TerminalSession(sandbox, arguments, columns: columns)
      try await session.waitForEnd()
      let shown = lines(session.screen)
      #expect(shown.count > 3, "\(session.screen)")
      let widths = try terminalWidths(of: shown)
      #expect(widths.allSatisfy { $0 <= columns }, "\(arguments): \(session.screen)")
      #expect(shown.contains { $0.contains("…") }, "\(arguments): \(session.screen)")
      let piped = try sandbox.vaultctl(arguments)
      #expect(!piped.text.contains("…"))
    }
    #expect(try sandbox.vaultctl(["status"]).text.contains(Self.names[0]))
  }

  @Test func columnsBeginBelowEachOtherWhateverTheScript() throws {
    let sandbox = try sandbox()
    let rows = try sandbox.vaultctl(["status"]).text.split(separator: "\n")
      .filter { $0.contains(" slack ") }
    #expect(rows.count == Self.names.count)
    let starts = try rows.map { row in
      let end = try #require(row.firstRange(of: " slack ")).lowerBound
      return String(row[..<end])
    }
    #expect(Set(try terminalWidths(of: starts)).count == 1, "\(rows)")
  }

  @Test func aListIsWatched() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "x"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let session = try TerminalSession(
      sandbox, ["status", "--watch", "--interval", "1"], columns: 100)
    try await session.waitForScreen("pending")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    try await session.waitForScreen("ready")
    #expect(session.status == nil, "it goes on")
    try session.type("\u{3}")
    try await session.waitForEnd()
    #expect(session.status == 0, "\(session.screen)")
    #expect(session.screen.contains("\u{1B}[H"), "the list stays in its place")
    let piped = try sandbox.vaultctl(["status", "--watch", "--interval", "0"])
    #expect(piped.status == 64)
  }

  /// Each value is signed, so gpg needs its time for each of them.
  @Test func whatTakesLongSaysHowFarItIs() async throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "signing: required\nsigners: [\(sandbox.key)]")
    let files = 400
    for number in 0..<files {
      try sandbox.write(
        httpManifest("c\(number)", token: "t0ken"), to: "connections/c\(number).yaml")
    }
    let copy = try sandbox.vaultctl(["encrypt", "--dry-run"])
    #expect(copy.status == 0 && !copy.errorText.contains(" of \(files)"), "\(copy.errorText)")
    let quiet = try TerminalSession(sandbox, ["encrypt", "-q", "--dry-run"], columns: 100)
    try await quiet.waitForEnd()
    #expect(quiet.status == 0 && !quiet.screen.contains(" of \(files)"))
    let session = try TerminalSession(sandbox, ["encrypt"], columns: 100)
    try await session.waitForEnd()
    #expect(session.status == 0)
    let shown = session.screen.matches(
      of: /\rSealing values: (\d+) of 400, [0-9.]+\/s, [0-9a-z ]+ left\u{1B}\[K/)
    #expect(!shown.isEmpty, "\(session.screen.prefix(2000))")
    #expect(session.screen.contains("\r\u{1B}[K"), "it is erased")
  }

  @Test func aConfirmationNamesWhatWillBeDestroyed() async throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    for number in [1, 2] {
      try FileManager.default.removeItem(
        atPath: sandbox.folder.path + "/connections/c\(number).yaml")
    }
    for (options, words) in [
      (["--prune"], "This destroys 2 connections:"),
      (["--prune", "--destroy"], "This destroys 2 connections permanently"),
    ] {
      let session = try TerminalSession(sandbox, ["apply", "--force"] + options, columns: 100)
      try await session.waitForScreen("Type `yes`")
      let start = try #require(session.screen.firstRange(of: words), "\(session.screen)").upperBound
      let list = session.screen[start...]
      #expect(list.contains("Слак") && list.contains("請求書") && !list.contains("한국어"))
      try session.type("no\n")
      try await session.waitForEnd()
      #expect(session.status == 1 && session.screen.contains("Nothing was applied."))
    }
  }

  @Test func aLongLineIsCutAroundThePlaceInQuestion() async throws {
    let sandbox = try Sandbox()
    let labels = (0..<12).map { "label\($0): value\($0)" }.joined(separator: ", ")
    try sandbox.write(
      "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: a, labels: {\(labels), x: [y]}}\nspec: {app: slack}\n",
      to: "connections/a.yaml")
    let session = try TerminalSession(sandbox, ["validate"], columns: 60)
    try await session.waitForEnd()
    let shown = lines(session.screen)
    // No value is shown, so each one has the same width.
    let excerpt = try #require(shown.firstIndex { $0.contains("•••}}") }, "\(session.screen)")
    #expect(try terminalWidths(of: [shown[excerpt]]).allSatisfy { $0 <= 60 }, "\(shown[excerpt])")
    #expect(shown[excerpt].contains("…"))
    // The caret is below the value.
    let caret = try #require(shown[excerpt + 1].firstIndex(of: "^"))
    let column = shown[excerpt + 1].distance(from: shown[excerpt + 1].startIndex, to: caret)
    #expect(Array(shown[excerpt])[column] == "•", "\(session.screen)")
  }
}
