import Diagnostics
import Testing

@Suite struct SourceExcerptsTests {
  /// The first occurrence of a part of a text.
  private func range(of part: String, in text: String) throws -> SourceRange {
    let found = try #require(text.firstRange(of: part))
    func position(_ index: String.Index) -> Position {
      let before = text[..<index]
      let line = before.split(separator: "\n", omittingEmptySubsequences: false)
      return Position(
        line: line.count, column: (line.last?.unicodeScalars.count ?? 0) + 1,
        offset: before.utf8.count)
    }
    return SourceRange(position(found.lowerBound), position(found.upperBound))
  }

  private func excerpts(_ text: String, hiding parts: String...) throws -> SourceExcerpts {
    SourceExcerpts(
      RedactedSource(
        Array(text.utf8), hidden: try parts.map { try range(of: $0, in: text).byteRange }))
  }

  @Test func masksARangeAndMarksTheRest() throws {
    let text = "key: secret, zone: eu\n"
    let excerpts = try excerpts(text, hiding: "secret")
    let secret = try #require(excerpts.excerpt(try range(of: "secret", in: text)))
    #expect(secret.text == "key: •••, zone: eu" && secret.marked == 5..<8)
    let key = try #require(excerpts.excerpt(try range(of: "key", in: text)))
    #expect(key.text == "key: •••, zone: eu" && key.marked == 0..<3)
    let zone = try #require(excerpts.excerpt(try range(of: "eu", in: text)))
    #expect(zone.marked == 16..<18, "after the mask")
  }

  @Test func masksEveryLineOfAValue() throws {
    let text = "key: |\n  one\n  two\nnext: 1\n"
    let excerpts = try excerpts(text, hiding: "|\n  one\n  two")
    for part in ["key", "one", "two"] {
      let shown = try #require(excerpts.excerpt(try range(of: part, in: text))).text.rendered
      #expect(!shown.contains("one") && !shown.contains("two"))
    }
    #expect(excerpts.excerpt(try range(of: "next", in: text))?.text == "next: 1")
  }

  /// What follows ` #` may be the rest of a password without quotes.
  @Test(arguments: [
    ("key: secret #hunter2", "key: ••• •••"), ("#hunter2", "•••"), ("\t# hunter2", " •••"),
    ("a: b#c", "a: b#c"),
  ])
  func masksComments(_ line: String, _ shown: String) throws {
    let text = line + "\nnext: 1"
    let excerpts = SourceExcerpts(
      RedactedSource(
        Array(text.utf8),
        hidden: text.contains("secret") ? [try range(of: "secret", in: text).byteRange] : []))
    let excerpt = excerpts.excerpt(SourceRange(at: .start))
    #expect(excerpt?.text.rendered == shown)
    #expect(excerpts.excerpt(try range(of: "next", in: text))?.text == "next: 1")
  }

  /// A file that breaks its lines in two ways: what is masked does not depend on how they are counted.
  @Test func masksBytesHoweverLinesAreCounted() throws {
    let text = "a: b\rkey: hunter2\rlast: 1\nnext: hunter3\n"
    let excerpts = try excerpts(text, hiding: "hunter2", "hunter3")
    for part in ["a: b", "key", "last", "next"] {
      let place = try range(of: part, in: text)
      let shown = try #require(excerpts.excerpt(place)).text.rendered
      #expect(shown.hasPrefix(part) && !shown.contains("hunter"), "\(shown)")
    }
  }

  /// Where a file could not be read, nobody knows what is secret in it.
  @Test(arguments: [
    "key: hunter2", "  key: hunter2", "- hunter2", "- key: hunter2", "hunter2", "key:hunter2",
    "\"k\": hunter2", "{key: hunter2, b: hunter2}", "? hunter2", "\tkey: hunter2", "hunter2: x",
    "key hunter2: x", "- - hunter2: x",
  ])
  func showsNoValueOfAFileThatCannotBeRead(_ line: String) throws {
    let excerpts = SourceExcerpts(RedactedSource(unread: Array(line.utf8), keys: ["key"]))
    let shown = try #require(excerpts.excerpt(SourceRange(at: .start))).text.rendered
    #expect(!shown.contains("hunter2"), "\(shown)")
    let isKey = line.drop { " \t-".contains($0) }.hasPrefix("key:")
    #expect(shown.contains("key:") == isKey)
  }

  @Test func acceptsAnyLocation() {
    let excerpts = SourceExcerpts(RedactedSource(Array("a: b\r\n".utf8), hidden: []))
    for offset in -1...99 {
      for length in [0, 1, 7, 99] {
        let range = SourceRange(
          Position(line: 1, column: 1, offset: offset),
          Position(line: 1, column: 1, offset: offset + length))
        #expect((excerpts.excerpt(range) != nil) == (0...6).contains(offset))
      }
    }
  }

  @Test func controlsAreEscapedAndTheMarkFollowsThem() throws {
    let text = "a: \u{1B}[2J\u{202E}b\tc"
    let excerpt = try #require(try excerpts(text).excerpt(try range(of: "b\tc", in: text)))
    #expect(excerpt.text.rendered == #"a: \u{1b}[2J\u{202e}b c"#)
    #expect(excerpt.marked == 20..<23, "below `b c`")
  }

  // MARK: Long lines

  /// A part of a long line is shown, and the mark is within it.
  @Test(arguments: [0, 5, 70, 5_000, 20_997])
  func showsOfALongLineWhatIsNear(_ offset: Int) throws {
    let text = String(repeating: "äb", count: 7_000)
    // Each `äb` has three bytes.
    let place = Position(line: 1, column: 1, offset: offset / 3 * 3)
    let excerpt = try #require(
      SourceExcerpts(RedactedSource(Array(text.utf8), hidden: [])).excerpt(SourceRange(at: place)))
    let shown = excerpt.text.rendered
    #expect(shown.unicodeScalars.count <= 200 && !shown.contains("\u{FFFD}"))
    #expect(shown.hasPrefix("…") == (offset > 60) && shown.hasSuffix("…") == (offset < 20_880))
    let marked = Array(shown.unicodeScalars)[excerpt.marked]
    #expect(marked.count == 1 && marked.first == "ä")
  }

  /// The value begins before the part that is shown.
  @Test func hidesAValueThatIsLongerThanTheExcerpt() throws {
    let secret = String(repeating: "hunter2", count: 2_000)
    let text = "{a: \(secret), zone: eu, b: \(secret)x}"
    let excerpts = try excerpts(text, hiding: secret, secret + "x")
    for part in ["zone", "eu", "b: ", "a: ", "hunter2"] {
      let shown = try #require(excerpts.excerpt(try range(of: part, in: text))).text.rendered
      #expect(!shown.contains("hunter"), "\(shown)")
    }
    let end = SourceRange(at: Position(line: 1, column: 1, offset: text.utf8.count - 9))
    #expect(excerpts.excerpt(end)?.text.rendered == "…•••}")
  }

  /// The work is counted: an excerpt costs no more in a line or file of any length.
  @Test func anExcerptCostsTheSameInAFileOfAnySize() throws {
    func work(_ count: Int) throws -> (file: Int, excerpts: Int) {
      let text = "{" + (0..<count).map { "k\($0): v" }.joined(separator: ", ") + "}"
      let hidden = text.utf8.enumerated().filter { $0.element == UInt8(ascii: "v") }.map {
        $0.offset..<($0.offset + 1)
      }
      let excerpts = SourceExcerpts(RedactedSource(Array(text.utf8), hidden: hidden))
      let steps = hidden.map { value in
        excerpts.excerpt(
          SourceRange(at: Position(line: 1, column: 1, offset: value.lowerBound)))?.steps ?? 0
      }
      return (excerpts.steps, (steps.max() ?? 0))
    }
    let (small, large) = (try work(1_000), try work(16_000))
    #expect(large.excerpts <= small.excerpts, "\(small.excerpts) \(large.excerpts)")
    #expect(large.file <= 20 * small.file)
  }
}
