import Diagnostics
import SourceYAML
import Testing

/// Keys of a mapping that are replaced: no other byte changes.
@Suite struct KeyRenameTests {
  @Test(arguments: [
    ("m:\n  a: 1\n  # y\n  b: 2 # x\nc: 3\n", "m:\n  a: 1\n  # y\n  new.key: 2 # x\nc: 3\n"),
    ("m:\n  b:\n    x: [1]\n  c:\n", "m:\n  new.key:\n    x: [1]\n  c:\n"),
    ("m:\r\n  b:\r\n", "m:\r\n  new.key:\r\n"),
    ("m:\n  'b': 1\n", "m:\n  'new.key': 1\n"),
    ("m:\n  \"\\x62\": 1\n", "m:\n  \"new.key\": 1\n"),
    ("m:\n  ? b # x\n  : 1\n", "m:\n  ? new.key # x\n  : 1\n"),
    ("m: {a: 1, b: 2}\n", "m: {a: 1, \"new.key\": 2}\n"),
    ("{\"m\": {\"b\": 2}}\n", "{\"m\": {\"new.key\": 2}}\n"),
    ("m:\n  a: &b 1\n  b: *b\n", "m:\n  a: &b 1\n  new.key: *b\n"),
  ])
  func aKeyIsReplaced(_ before: String, _ after: String) throws {
    let (file, mapping) = try mapping(before)
    let bytes = try file.applying([file.renaming("b", to: "new.key", in: mapping)])
    #expect(String(decoding: bytes, as: UTF8.self) == after)
  }

  @Test func anEntryIsAddedBelowARenamedKey() throws {
    let (file, mapping) = try mapping("m:\n  b:\n    x: 1\n")
    let value = try #require(mapping["b"])
    let bytes = try file.applying([
      file.inserting("y", .text("2"), into: value), file.renaming("b", to: "c", in: mapping),
    ])
    #expect(String(decoding: bytes, as: UTF8.self) == "m:\n  c:\n    x: 1\n    y: \"2\"\n")
  }

  /// A mapping that another value refers to would change with it.
  @Test func aSharedMappingStays() throws {
    let (file, mapping) = try mapping("m: &m\n  b: 1\nn: *m\n")
    #expect(throws: Diagnostic.self) {
      try file.applying([file.renaming("b", to: "c", in: mapping)])
    }
  }

  private func mapping(_ text: String) throws -> (YAMLFile, YAMLNode) {
    let (file, faults) = YAMLFile.parse(Array(text.utf8), file: "it.yaml")
    #expect(faults.isEmpty)
    return (file, try #require(file.documents.first?.root?["m"]))
  }
}
