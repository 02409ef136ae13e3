import Diagnostics
import Testing

@Suite struct RedactedSourceTests {
  private func range(_ line: Int, _ columns: Range<Int>) -> SourceRange {
    SourceRange(
      Position(line: line, column: columns.lowerBound, offset: columns.lowerBound),
      Position(line: line, column: columns.upperBound, offset: columns.upperBound))
  }

  @Test func masksARangeAndMarksTheRest() throws {
    let source = RedactedSource(Array("key: secret # why\n".utf8), hidden: [range(1, 6..<12)])
    let secret = try #require(source.snippet(range(1, 6..<12)))
    #expect(secret.line == "key: ••• # why" && secret.marked == 5..<8)
    let key = try #require(source.snippet(range(1, 1..<4)))
    #expect(key.line == "key: ••• # why" && key.marked == 0..<3)
    let comment = try #require(source.snippet(range(1, 13..<18)))
    #expect(comment.marked == 9..<14, "behind the mask")
  }

  @Test func masksEveryLineOfAValue() throws {
    let text = "key: |\n  one\n  two\nnext: 1\n"
    let value = SourceRange(
      Position(line: 1, column: 6, offset: 5), Position(line: 4, column: 1, offset: 19))
    let source = RedactedSource(Array(text.utf8), hidden: [value])
    for line in 1...3 {
      let shown = try #require(source.snippet(range(line, 1..<2))).line.rendered
      #expect(!shown.contains("one") && !shown.contains("two"))
    }
    #expect(source.snippet(range(4, 1..<5))?.line == "next: 1")
  }

  /// Where a file could not be read, nobody knows what is secret in it.
  @Test(arguments: [
    "key: hunter2", "  key: hunter2", "- hunter2", "- key: hunter2", "hunter2", "key:hunter2",
    "\"k\": hunter2", "{key: hunter2, b: hunter2}", "? hunter2", "\tkey: hunter2",
  ])
  func showsNoValueOfAFileThatCannotBeRead(_ line: String) throws {
    let source = RedactedSource(Array(line.utf8), hidden: nil)
    let shown = try #require(source.snippet(range(1, 1..<2))).line.rendered
    #expect(!shown.contains("hunter2"), "\(shown)")
  }

  @Test func acceptsAnyLocation() {
    let source = RedactedSource(Array("a: b\r\n".utf8), hidden: [])
    for line in [0, 1, 2, 3, 99] {
      for start in [1, 3, 5, 99] {
        _ = source.snippet(range(line, start..<(start + 7)))
        _ = source.snippet(range(line, start..<start))
      }
    }
    #expect(source.snippet(range(99, 1..<2)) == nil)
  }

  @Test func controlsAreEscapedAndTheMarkFollowsThem() throws {
    let source = RedactedSource(Array("a: \u{1B}[2J\u{202E}b\tc".utf8), hidden: [])
    let snippet = try #require(source.snippet(range(1, 9..<10)))
    #expect(snippet.line.rendered == #"a: \u{1b}[2J\u{202e}b c"#)
    #expect(snippet.marked == 20..<21, "below `b`")
  }
}
