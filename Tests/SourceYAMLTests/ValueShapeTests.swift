import Diagnostics
import SourceYAML
import TestSupport
import Testing

/// Shapes in which a value can be written, and what becomes of them: one value changes, and all else
/// reads and stays as it was.
@Suite struct ValueShapeTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let id: String
    let before: String
    let after: String
    var testDescription: String { id }
  }

  /// `token` gets a text of two lines; `|` in the first column marks each line.
  private static let replaced = [
    Shape(
      id: "comment-deeper-than-the-block",
      before: """
        a:
          token:
            # how to get it
          b: 1

        """,
      after: """
        a:
          token: |
              one
              two
            # how to get it
          b: 1

        """),
    Shape(
      id: "comment-in-the-block's-column",
      before: "token:\n  # why\nb: 1\n", after: "token: |\n    one\n    two\n  # why\nb: 1\n"),
    Shape(
      id: "blank-line-deeper-than-the-block",
      before: "token: old\n     \nb: 1\n", after: "token: |\n      one\n      two\n     \nb: 1\n"),
    Shape(
      id: "aligned-comments",
      before: "token: old  # from the\n            # portal\nb: 1\n",
      after:
        "token: |  # from the\n              one\n              two\n            # portal\nb: 1\n"),
    Shape(
      id: "aligned-comment-far-to-the-right",
      before: "token: old                # a\n                          # b\nb: 1\n",
      after:
        "token: \"one\\ntwo\\n\"                # a\n                          # b\nb: 1\n"),
    Shape(
      id: "spaces-at-the-end-of-the-file",
      before: "token: |+\n    ", after: "token: |\n    one\n    two\n    "),
    Shape(id: "key-alone", before: "? token\nb: 1\n", after: "? token\n: |\n  one\n  two\nb: 1\n"),
    Shape(
      id: "key-alone-with-a-comment", before: "? token # why\nb: 1\n",
      after: "? token # why\n: |\n  one\n  two\nb: 1\n"),
    Shape(
      id: "key-alone-at-the-end", before: "b: 1\n? token",
      after: "b: 1\n? token\n: |\n  one\n  two\n"),
    Shape(
      id: "key-alone-indented", before: "a:\n  ? token\n  ? b\n",
      after: "a:\n  ? token\n  : |\n    one\n    two\n  ? b\n"),
    Shape(
      id: "explicit-key-and-value", before: "? token\n: old\nb: 1\n",
      after: "? token\n: |\n  one\n  two\nb: 1\n"),
    Shape(
      id: "key-in-braces", before: "{token, b: 1}\n", after: "{token: \"one\\ntwo\\n\", b: 1}\n"),
    Shape(
      id: "key-in-braces-over-lines", before: "{b: 1, \"to\\\n  ken\"}\n",
      after: "{b: 1, ? \"to\\\n  ken\" : \"one\\ntwo\\n\"}\n"),
    Shape(
      id: "pair-in-brackets", before: "[token: old, b]\n",
      after: "[token: \"one\\ntwo\\n\", b]\n"),
    Shape(
      id: "comment-glued-to-a-quote", before: "token: \"old\"#why\nb: 1\n",
      after: "token: | #why\n  one\n  two\nb: 1\n"),
    Shape(
      id: "comment-glued-to-a-header", before: "token: >#why\n  old\nb: 1\n",
      after: "token: | #why\n  one\n  two\nb: 1\n"),
    Shape(
      id: "lone-carriage-returns", before: "a: 1\rtoken: old\rb: 1\r",
      after: "a: 1\rtoken: |\r  one\r  two\rb: 1\r"),
    Shape(
      id: "ends-without-a-break", before: "a: 1\ntoken: |\n  old",
      after: "a: 1\ntoken: |\n  one\n  two\n"),
  ]

  @Test(arguments: replaced)
  func aValueIsReplaced(shape: Shape) throws {
    let (file, faults) = YAMLFile.parse(Array(shape.before.utf8), file: "a.yaml")
    try #require(faults.isEmpty)
    let entry = try #require(file.documents.first?.root.flatMap(Self.token))
    let change = file.replacing(entry.value, of: entry.key, with: .text("one\ntwo\n"))
    #expect(String(decoding: try file.applying([change]), as: UTF8.self) == shape.after)
  }

  /// A text of one line in place of a block, whose comment is not a part of it.
  @Test func aGluedCommentStaysOne() throws {
    let (file, _) = YAMLFile.parse(Array("token: >#why\n  old\n".utf8), file: "a.yaml")
    let entry = try #require(file.documents.first?.root?.entry("token"))
    let after = try file.applying([file.replacing(entry.value, of: entry.key, with: .text("new"))])
    #expect(String(decoding: after, as: UTF8.self) == "token: new #why\n")
  }

  private static let inserted = [
    Shape(
      id: "after-a-block-that-ends-the-file", before: "a: 1\nb: |\n  old",
      after: "a: 1\ntoken: |\n  one\n  two\nb: |\n  old"),
    Shape(
      id: "after-an-item's-block-that-ends-the-file", before: "- b: >\n    old",
      after: "- token: |\n    one\n    two\n  b: >\n    old"),
    Shape(
      id: "after-a-stripped-block-that-ends-the-file", before: "b: |-\n  old",
      after: "b: |-\n  old\ntoken: |\n  one\n  two\n"),
    Shape(
      id: "before-a-deeper-comment", before: "b: 1\n    # end\n",
      after: "b: 1\ntoken: |\n      one\n      two\n    # end\n"),
    Shape(
      id: "after-lone-carriage-returns", before: "a: 1\rb: 1\r",
      after: "a: 1\rb: 1\rtoken: |\r  one\r  two\r"),
    Shape(
      id: "pair-in-brackets", before: "[b: 1, c]\n",
      after: "[{b: 1, token: \"one\\ntwo\\n\"}, c]\n"),
    Shape(id: "empty-braces", before: "{}\n", after: "{token: \"one\\ntwo\\n\"}\n"),
    Shape(id: "last-comma", before: "{b: 1,}\n", after: "{b: 1, token: \"one\\ntwo\\n\",}\n"),
  ]

  @Test(arguments: inserted)
  func anEntryIsAdded(shape: Shape) throws {
    let (file, faults) = YAMLFile.parse(Array(shape.before.utf8), file: "a.yaml")
    try #require(faults.isEmpty)
    let root = try #require(file.documents.first?.root)
    let mapping = root.items?.first ?? root
    let after = try file.applying([file.inserting("token", .text("one\ntwo\n"), into: mapping)])
    #expect(String(decoding: after, as: UTF8.self) == shape.after)
  }

  @Test(arguments: [
    ("anchored-value", "token: &x old\nb: *x\n"),
    ("anchor-around", "a: &x\n  token: old\nb: *x\n"),
    ("within-an-alias", "a: &x {token: old}\nb: {c: *x}\n"),
  ])
  func aSharedValueNamesTheAlias(id: String, text: String) throws {
    let (file, faults) = YAMLFile.parse(Array(text.utf8), file: "a.yaml")
    try #require(faults.isEmpty)
    let entry = try #require(file.documents.first?.root.flatMap(Self.token))
    let fault = #expect(throws: Diagnostic.self) {
      try file.applying([file.replacing(entry.value, with: .text("new"))])
    }
    #expect(fault?.code == .sharedValue)
    let alias = try #require(text.split(separator: "*", maxSplits: 1).first)
    let line = alias.count { $0 == "\n" } + 1
    #expect(fault?.help.first?.contains("line \(line)") == true, "\(fault?.help ?? [])")
  }

  @Test func aTabAfterTheValueIsNamed() throws {
    let (file, faults) = YAMLFile.parse(Array("token: old\n\n  \t\nb: 1\n".utf8), file: "a.yaml")
    try #require(faults.isEmpty)
    let value = try #require(file.documents.first?.root?["token"])
    let fault = #expect(throws: Diagnostic.self) {
      try file.applying([file.replacing(value, with: .text("one\ntwo\n"))])
    }
    #expect(fault?.code == .valueNotEditable)
    #expect(fault?.location?.range?.start == Position(line: 3, column: 3, offset: 14))
    // A text of one line fits.
    let after = try file.applying([file.replacing(value, with: .text("new"))])
    #expect(String(decoding: after, as: UTF8.self) == "token: new\n\n  \t\nb: 1\n")
  }

  /// libyaml ends a name earlier than YAML 1.2 does.
  @Test(arguments: [
    ("key: &an:chor value\n", false), ("key: &a value\nb: *a\n", true), ("[&a x, *a, *a]\n", true),
    ("{a: &b !!str c, d: !!str &e f}\n", true), ("a: &b\nc: *b\n", true), ("[&a:b c]\n", false),
    ("a: &b x\n*b : c\n", true), ("a: &b x\n*b: c\n", false), ("a: !!str &b:c d\n", false),
    ("a: &b.c d\n", false), ("- &a\n- *a", true),
  ])
  func aNameThatRunsOnIsRefused(text: String, isRight: Bool) {
    let (_, faults) = YAMLFile.parse(Array(text.utf8), file: "a.yaml")
    #expect(faults.isEmpty == isRight, "\(faults)")
    if !isRight { #expect(faults.map(\.code) == [.invalidYAML]) }
  }

  @Test func aValueThatOutgrowsTheFileIsRefused() throws {
    var limits = YAMLLimits.standard
    limits.maxBytes = 100
    let (file, _) = YAMLFile.parse(Array("token: old\n".utf8), file: "a.yaml", limits: limits)
    let value = try #require(file.documents.first?.root?["token"])
    let long = String(repeating: "x", count: YAMLLimits.standard.maxBytes)
    let fault = #expect(throws: Diagnostic.self) {
      try file.applying([file.replacing(value, with: .text(long))])
    }
    #expect(fault?.code == .valueNotEditable)
    #expect(fault?.notes.first?.contains("larger than") == true)
  }

  /// One that needs another form does not keep the others from theirs.
  @Test func eachOfManyValuesGetsTheFormThatFits() throws {
    let before = (0..<40).map { "k\($0): old\n" + ($0 % 13 == 7 ? "   \n" : "") }.joined()
    let (file, _) = YAMLFile.parse(Array(before.utf8), file: "a.yaml")
    let entries = try #require(file.documents.first?.root?.entries)
    let after = try file.applying(
      entries.map { file.replacing($0.value, of: $0.key, with: .text("one\ntwo\n")) })
    let expected = (0..<40).map {
      $0 % 13 == 7 ? "k\($0): |\n    one\n    two\n   \n" : "k\($0): |\n  one\n  two\n"
    }.joined()
    #expect(String(decoding: after, as: UTF8.self) == expected)
  }

  /// The entry `token`, wherever it is.
  private static func token(under node: YAMLNode) -> YAMLEntry? {
    switch node.content {
    case .scalar: nil
    case .sequence(let items): items.lazy.compactMap(token).first
    case .mapping(let entries):
      entries.first { $0.keyText == "token" }
        ?? entries.lazy.compactMap { token(under: $0.value) }.first
    }
  }
}
