import Foundation
import TestSupport
import Testing

/// Screens that are narrow, or of unknown width; names and lines that are wider than they.
@Suite struct TerminalWidthTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    for (number, name) in [
      "請求書-サービス-👍🏽-продакшн-🇨🇭-kunde", "ok-👍🏽", "billing-of-the-european-union-and-switzerland",
    ].enumerated() {
      try sandbox.write(
        """
        apiVersion: vaultctl/v1
        kind: Connection
        metadata: {name: "\(name)", labels: {team: "課金チーム🎉"}}
        spec: {app: slack}

        """, to: "connections/c\(number).yaml")
    }
    return sandbox
  }

  /// A name is not broken.
  @Test func wideCharactersTakeTheirColumns() async throws {
    let sandbox = try sandbox()
    for columns in [40, 80, nil] as [Int?] {
      try await sandbox.terminal(["list"], columns: columns)
      try await sandbox.terminal(
        ["plan"], columns: columns,
        mayExceed: { $0.contains("-kunde") || $0.contains("-switzerland") })
    }
    try sandbox.expectTranscript()
  }

  @Test func longLinesAreCutAroundThePlaceInQuestion() async throws {
    let sandbox = try Sandbox()
    let filler = (0..<9).map { "k\($0): \"課金チーム🎉\($0)\"" }.joined(separator: ", ")
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: wide, labels: {\(filler)}, namee: x}
      spec: {app: "ス🎉ラ", scopes: 1}

      """, to: "connections/wide.yaml")
    for columns in [40, 80, nil] as [Int?] {
      let lines = try await sandbox.terminal(["validate"], columns: columns, status: 1)
      // Each caret is below what it is about.
      let excerpts = zip(lines, lines.dropFirst()).filter { $1.contains("^") }
      #expect(!excerpts.isEmpty)
      for (line, marks) in excerpts {
        let start = try #require(marks.firstIndex(of: "^"))
        let before = try terminalWidths(of: [String(marks[..<start])])[0]
        let widths = try terminalWidths(of: line.indices.map { String(line[...$0]) })
        #expect(widths.contains(before), "\(line)\n\(marks)")
      }
    }
    try sandbox.expectTranscript()
  }

  @Test func sentencesAreBrokenAndCommandsAreNot() async throws {
    let sandbox = try Sandbox()
    let name = "billing-of-the-european-union-and-switzerland"
    try sandbox.write(httpManifest(name, token: "t0ken"), to: "connections/\(name).yaml")
    let command = "vaultctl encrypt connections/\(name).yaml"
    let lines = try await sandbox.terminal(
      ["validate"], columns: 50, status: 1, mayExceed: { $0.contains(name) })
    #expect(lines.contains { $0.hasSuffix(" \(command)") }, "\(lines)")
    try await sandbox.terminal(
      ["apps", "slack"], columns: 40, mayExceed: { $0.contains("vaultctl new") })
    try await sandbox.terminal(
      ["completion", "tcsh"], columns: 40, status: 64,
      mayExceed: { $0.contains("--help") })
    try sandbox.expectTranscript()
  }

  /// Examples are commands.
  @Test(arguments: [80, 50]) func helpFits(_ columns: Int) async throws {
    let sandbox = try Sandbox()
    func isExample(_ line: String) -> Bool { line.hasPrefix("  ") && !line.hasPrefix("   ") }
    for arguments in [
      ["help"], ["help", "plan"], ["new", "--help"], ["help", "recipients", "add"],
      ["help", "stores"], ["help", "ci"],
    ] {
      try await sandbox.terminal(arguments, columns: columns, mayExceed: isExample)
    }
    try sandbox.expectTranscript(case: "\(columns)")
  }

  @Test func aPageOfTheManualFits() throws {
    let sandbox = try Sandbox()
    try sandbox.write(try sandbox.vaultctl(["man", "recipients", "add"]).text, to: "page.1")
    let shown = try run(
      "/usr/bin/mandoc", ["-Tutf8", "-Owidth=78", "page.1"], in: sandbox.folder.path,
      environment: ["PATH": "/usr/bin:/bin"])
    let plain = shown.text.replacing(/.\u{8}/, with: "")
    #expect(shown.status == 0 && plain.split(separator: "\n").allSatisfy { $0.count <= 80 })
    try expectGolden(plain, "TerminalWidthTests/aPageOfTheManualFits.txt")
  }
}
