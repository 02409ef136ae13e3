import Diagnostics
import Foundation
import SourceYAML
import TestSupport
import Testing

/// Files in their usual form: keys are moved with their comments, and nothing is lost.
@Suite struct FormattedFileTests {
  private func formatted(_ text: String) throws -> String {
    let (file, faults) = YAMLFile.parse(Array(text.utf8), file: "it.yaml")
    #expect(faults.isEmpty)
    let form = FormattedFile(file) { _, path in path == ["z"] ? ["two", "one"] : ["a", "b", "z"] }
    return String(decoding: try form.bytes(), as: UTF8.self)
  }

  @Test(arguments: [
    // Keys that are not listed follow in their order, with the comments above and beside them.
    (
      "# top\n\nx: 1\n# about b\nb: 2 # beside b\n\n# about a\na: 3\n# end\n",
      "# top\n\n\n# about a\na: 3\n# about b\nb: 2 # beside b\nx: 1\n# end\n"
    ),
    (
      "z:\n      one: 1\n      # deep\n      two:\n            - x\n            - y: 1\n              z: 2\nb: 1\n",
      "b: 1\nz:\n  # deep\n  two:\n    - x\n    - y: 1\n      z: 2\n  one: 1\n"
    ),
    // A block text is indented with its key; one with a number in its header keeps its own.
    (
      "b:\n    c: |  # why\n          one\n            two\n\n          three\n    d: >2-\n        x\na: 1\n",
      "a: 1\nb:\n  c: |  # why\n    one\n      two\n\n    three\n  d: >2-\n      x\n"
    ),
    ("b: \"one\n      two\"\na: one\n   two\n", "a: one\n   two\nb: \"one\n      two\"\n"),
    ("b: [1,\n  2] # x\na: {c: 1}\n", "a: {c: 1}\nb: [1,\n  2] # x\n"),
    ("z:\n- one\n- two\n", "z:\n  - one\n  - two\n"),
    ("b:\r\n    x: 1\r\na: 2\r\n", "a: 2\r\nb:\r\n  x: 1\r\n"),
    ("b: 1\n---\n# second\nb: 1\na: 2", "b: 1\n---\n# second\na: 2\nb: 1"),
    ("z:\n    two: 1\n    # in z\n# after z\na: 1\n", "# after z\na: 1\nz:\n  two: 1\n  # in z\n"),
    ("b: |\n  text\n# no text\na: 1\n", "# no text\na: 1\nb: |\n  text\n"),
    ("b: 1\na:\n", "a:\nb: 1\n"), ("# nothing\n", "# nothing\n"), ("", ""), ("- 1\n", "- 1\n"),
    ("{b: 1, a: 2}\n", "{b: 1, a: 2}\n"),
  ])
  func keysAreOrderedAndIndented(_ before: String, _ after: String) throws {
    let once = try formatted(before)
    #expect(once == after)
    #expect(try formatted(once) == once, "a second time changes nothing")
  }

  /// An anchor must come before its alias, the last text would get a break, a key must begin its line.
  @Test(arguments: [
    "b: &x 1\na: *x\n", "b: 1\n? a\n: 2\n", "b: |\n  x\na: |\n  y", "b:\n  &x\n  c: 1\na: 2\n",
  ])
  func whatWouldChangeIsRefused(_ text: String) throws {
    #expect(throws: Diagnostic.self) { try formatted(text) }
  }

  /// Whatever it does to random files, what they say and their comments stay.
  @Test func nothingIsLostFromRandomFiles() throws {
    var changed = 0
    for seed in UInt64(1)...600 {
      var random = RandomYAML(random: SeededGenerator(seed: seed))
      let text = random.file()
      let (file, faults) = YAMLFile.parse(Array(text.utf8), file: "it.yaml")
      guard faults.isEmpty else { continue }
      let form = FormattedFile(file) { _, _ in ["k3", "k2", "k1", "k0"] }
      guard let bytes = try? form.bytes() else { continue }
      if bytes == file.bytes { continue }
      changed += 1
      let after = String(decoding: bytes, as: UTF8.self)
      #expect(words(text) == words(after), "seed \(seed):\n\(text)\n--\n\(after)")
    }
    #expect(changed > 20)
  }

  /// All that is no white space, sorted: the words of values, of keys and of comments alike.
  private func words(_ text: String) -> [Substring] {
    text.split { $0.isWhitespace }.sorted()
  }
}
