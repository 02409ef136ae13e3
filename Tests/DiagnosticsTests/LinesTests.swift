import Diagnostics
import Testing

/// What another program printed becomes notes without line breaks and tabs, and not too many.
@Suite struct LinesTests {
  @Test(
    arguments: [
      ("fatal: no", ["fatal: no"]), ("", []), ("\n \t\n", []),
      (
        "owned by another\nTo trust it:\n\n\tgit config  --add\r\n",
        [
          "owned by another", "To trust it:", "git config --add",
        ]
      ),
    ] as [(String, [String])])
  func eachLineIsANote(words: String, notes: [String]) {
    #expect(Diagnostic.lines(of: words) == notes)
  }

  @Test func muchIsCut() {
    let words = Array(repeating: String(repeating: "x", count: 1_000), count: 1_000)
    let lines = Diagnostic.lines(of: words.joined(separator: "\n"))
    #expect(lines == Array(repeating: String(repeating: "x", count: 300), count: 12))
  }
}
