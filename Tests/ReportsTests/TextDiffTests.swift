import Foundation
import Processes
import Reports
import Testing

/// A difference of two texts: what git makes of the first is the second.
@Suite struct TextDiffTests {
  private static let ten = (1...10).map { "line \($0)\n" }.joined()

  @Test(arguments: [
    ("a\nb\nc\n", "a\nX\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+X\n c\n"),
    ("a\n", "a\nb\n", "@@ -1 +1,2 @@\n a\n+b\n"),
    ("a\nb\n", "b\n", "@@ -1,2 +1 @@\n-a\n b\n"),
    (
      TextDiffTests.ten,
      TextDiffTests.ten.replacing("line 1\n", with: "x\n").replacing("line 10\n", with: ""),
      """
      @@ -1,4 +1,4 @@
      -line 1
      +x
       line 2
       line 3
       line 4
      @@ -7,4 +7,3 @@
       line 7
       line 8
       line 9
      -line 10

      """
    ),
  ])
  func threeLinesAreAroundEachChange(_ before: String, _ after: String, _ hunks: String) {
    let diff = TextDiff("it.yaml", from: before, to: after).text
    #expect(diff == "--- a/it.yaml\n+++ b/it.yaml\n" + hunks)
  }

  @Test func aFileComesAndGoes() {
    #expect(
      TextDiff("it", from: nil, to: "a\n").text == "--- /dev/null\n+++ b/it\n@@ -0,0 +1 @@\n+a\n")
    #expect(
      TextDiff("it", from: "a\n", to: nil).text == "--- a/it\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n")
    #expect(TextDiff("it", from: "a\n", to: "a\n").text.isEmpty)
  }

  /// Random texts of few different lines, so that much is alike.
  @Test(arguments: UInt64(0)..<40)
  func whatGitMakesOfTheFirstIsTheSecond(_ seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    func text() -> String { (0..<(1 + next(30))).map { _ in "\(next(6))\n" }.joined() }
    let (before, after) = (text(), text())
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "it").path
    try Data(before.utf8).write(to: URL(fileURLWithPath: file))
    let diff = TextDiff("it", from: before, to: after).text
    if before != after {
      let finished = try ChildProcess.run(
        ["git", "-C", folder.path, "apply", "-"], environment: ["PATH": "/usr/bin:/bin"],
        input: Array(diff.utf8))
      #expect(finished.status == 0, "\(diff)")
    }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == after)
  }

  /// The search for the smallest difference has a bound: two large texts without a common line.
  @Test func largeTextsAreNotCompared() {
    let before = (0..<200_000).map { "a\($0)\n" }.joined()
    let after = (0..<200_000).map { "b\($0)\n" }.joined()
    #expect(TextDiff("it", from: before, to: after).text.hasSuffix("+b199999\n"))
  }
}
