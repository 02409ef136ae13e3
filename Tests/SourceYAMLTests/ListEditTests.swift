import Diagnostics
import SourceYAML
import Testing

/// Items that are added to a list and removed from it: no other byte changes.
@Suite struct ListEditTests {
  private func list(_ text: String) throws -> (YAMLFile, YAMLNode) {
    let (file, faults) = YAMLFile.parse(Array(text.utf8), file: "it.yaml")
    #expect(faults.isEmpty)
    return (file, try #require(file.documents.first?.root?["keys"]))
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test(arguments: [
    ("keys:\n  - a\nb: 1\n", "keys:\n  - a\n  - new  # Ann\nb: 1\n"),
    ("keys:\n- a # x\n# y\nb: 1\n", "keys:\n- a # x\n- new  # Ann\n# y\nb: 1\n"),
    ("keys:\r\n  - a\r\n", "keys:\r\n  - a\r\n  - new  # Ann\r\n"),
    ("keys:\n  - a", "keys:\n  - a\n  - new  # Ann"),
    ("keys: [a]\n", "keys: [a, \"new\"]\n"),
    ("keys: [a,\n  b # x\n  ]\n", "keys: [a,\n  b, \"new\" # x\n  ]\n"),
    ("{keys: [a, b], c: 1}\n", "{keys: [a, b, \"new\"], c: 1}\n"),
  ])
  func anItemIsAppended(_ before: String, _ after: String) throws {
    let (file, list) = try list(before)
    let bytes = try file.applying([file.appending("new", comment: "Ann", to: list)])
    #expect(text(bytes) == after)
  }

  @Test(arguments: [
    ("keys:\n  - a\n  - b # x\n  # y\n  - c\nd: 1\n", 1, "keys:\n  - a\n  # y\n  - c\nd: 1\n"),
    ("keys:\n  - a\n  - b\n", 0, "keys:\n  - b\n"),
    ("keys:\n  - a\n  - b", 1, "keys:\n  - a"),
    ("keys:\r\n- a\r\n- b\r\nc: 1\r\n", 1, "keys:\r\n- a\r\nc: 1\r\n"),
    ("keys: [a, b, c]\n", 0, "keys: [b, c]\n"), ("keys: [a, b, c]\n", 1, "keys: [a, c]\n"),
    ("keys: [a, b, c]\n", 2, "keys: [a, b]\n"), ("keys: [a]\n", 0, "keys: []\n"),
    ("keys: [\n  a, # x\n  b, # y\n]\n", 1, "keys: [\n  a # x\n, # y\n]\n"),
  ])
  func anItemIsRemoved(_ before: String, _ number: Int, _ after: String) throws {
    let (file, list) = try list(before)
    #expect(text(try file.applying([file.removingItem(number, of: list)])) == after)
  }

  @Test func itemsAfterARemovedOneKeepTheirValues() throws {
    let (file, list) = try list("keys:\n  - a\n  - {b: [1, 2]}\n  - c\n")
    let bytes = try file.applying([file.removingItem(0, of: list)])
    #expect(text(bytes) == "keys:\n  - {b: [1, 2]}\n  - c\n")
  }

  /// Two lists in one line: the line is not one item's.
  @Test func anItemThatSharesItsLineStays() throws {
    let (file, outer) = try list("keys:\n  - - a\n    - b\n  - c\n")
    let inner = try #require(outer.items?.first)
    #expect(throws: Diagnostic.self) { try file.applying([file.removingItem(0, of: inner)]) }
  }

  @Test(arguments: [
    ("a: 1\n---\nb: 1\n", [0], "---\nb: 1\n"), ("a: 1\n---\nb: 1\n", [1], "a: 1\n"),
    ("# top\n---\na: 1\n# end\n--- # two\nb: 1\n", [0], "# top\n# end\n--- # two\nb: 1\n"),
    (
      "a: 1\n---\n# only a comment\n---\nb: 1\n---\nc: 1\n", [1],
      "a: 1\n---\n# only a comment\n---\nc: 1\n"
    ),
    ("a: |+\n  x\n\n---\nb: 1\n---\nc: 1\n", [1], "a: |+\n  x\n\n---\nc: 1\n"),
    ("a: 1\n---\nb: 1\n---\nc: 1\n", [0, 2], "---\nb: 1\n"),
  ])
  func documentsAreCutOut(_ before: String, _ numbers: [Int], _ after: String) throws {
    let (file, faults) = YAMLFile.parse(Array(before.utf8), file: "it.yaml")
    #expect(faults.isEmpty)
    #expect(text(try file.removingDocuments(Set(numbers))) == after)
  }
}
