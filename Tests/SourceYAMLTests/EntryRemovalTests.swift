import Diagnostics
import SourceYAML
import Testing

/// Entries that are removed from a mapping: no other byte changes.
@Suite struct EntryRemovalTests {
  @Test(arguments: [
    ("m:\n  a: 1\n  b: 2 # x\n  # y\n  c: 3\nd: 1\n", "b", "m:\n  a: 1\n  # y\n  c: 3\nd: 1\n"),
    ("m:\n  a: 1\n  b: |\n    x\n    y\n  c: 3\n", "b", "m:\n  a: 1\n  c: 3\n"),
    ("m:\n  a: 1\n  b: {x: 1,\n    y: 2}\n", "b", "m:\n  a: 1\n"),
    ("m:\n  a: 1\n  b: 2", "b", "m:\n  a: 1"),
    ("m:\r\n  a: 1\r\n  b: 2\r\n", "a", "m:\r\n  b: 2\r\n"),
    ("m: {a: 1, b: 2, c: 3}\n", "b", "m: {a: 1, c: 3}\n"),
    ("m: {a: 1, b: 2}\n", "a", "m: {b: 2}\n"),
    ("{\"m\": {\n \"a\": 1,\n \"b\": 2\n}}\n", "b", "{\"m\": {\n \"a\": 1\n}}\n"),
    ("m:\n  a: 1\n  b:\n  c: 3\n", "b", "m:\n  a: 1\n  c: 3\n"),
  ])
  func anEntryIsRemoved(_ before: String, _ key: String, _ after: String) throws {
    let (file, mapping) = try mapping(before)
    let bytes = try file.applying([file.removingEntry(key, of: mapping)])
    #expect(String(decoding: bytes, as: UTF8.self) == after)
  }

  /// An anchor that another value refers to.
  @Test func anEntryThatOthersNeedStays() throws {
    let (file, mapping) = try mapping("m:\n  a: &x 1\n  b: *x\n")
    #expect(throws: Diagnostic.self) { try file.applying([file.removingEntry("a", of: mapping)]) }
  }

  private func mapping(_ text: String) throws -> (YAMLFile, YAMLNode) {
    let (file, faults) = YAMLFile.parse(Array(text.utf8), file: "it.yaml")
    #expect(faults.isEmpty)
    return (file, try #require(file.documents.first?.root?["m"]))
  }
}
